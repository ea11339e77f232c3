import type { Extras } from "../../chat/format.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { isEmptyObject } from "../../json/narrow.ts";
import { restOfUsage } from "./map-usage.ts";

/** What an answer holds besides its parts: `stop_details`, `container`, the finer counts, … */
export function toMessageExtras(rest: JsonObject, usage: JsonObject): { extras?: Extras } {
  const fields: JsonObject = {};
  for (const name in rest) if (rest[name] !== null) fields[name] = rest[name];
  const counts = restOfUsage(usage);
  if (!isEmptyObject(counts)) fields.usage = counts;
  return anthropicExtras.wrap(fields);
}
