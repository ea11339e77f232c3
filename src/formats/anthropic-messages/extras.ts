import type { Extras } from "../../chat/format.ts";
import type { JsonObject } from "../../json/json-object.ts";

/** What is carried for this format, if anything is. */
export function extrasOf(holder: { extras?: Extras | undefined }): JsonObject | undefined {
  return holder.extras?.anthropic;
}

/** `{ extras }` for these fields; nothing where there are none. */
export function toExtras(fields: JsonObject): { extras?: Extras } {
  return Object.keys(fields).length === 0 ? {} : { extras: { anthropic: fields } };
}
