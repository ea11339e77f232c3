import type { Extras } from "../../chat/format.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { restOfUsage } from "./map-usage.ts";

/** What an answer holds besides its parts: `stop_details`, `container`, the finer counts, … */
export function toMessageExtras(rest: JsonObject, usage: JsonObject): { extras?: Extras } {
  const fields: JsonObject = {};
  for (const [name, value] of Object.entries(rest)) if (value !== null) fields[name] = value;
  const counts = restOfUsage(usage);
  if (Object.keys(counts).length > 0) fields.usage = counts;
  return anthropicExtras.wrap(fields);
}
