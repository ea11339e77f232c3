import type { Extras, JsonObject } from "../../chat/format.ts";
import { isEmpty } from "./read-json.ts";

/** What is carried for this format, if anything is. */
export function extrasOf(holder: { extras?: Extras | undefined }): JsonObject | undefined {
  return holder.extras?.openai_responses;
}

/** `{ extras }` for these fields; nothing where there are none. */
export function toExtras(fields: JsonObject): { extras?: Extras } {
  return isEmpty(fields) ? {} : { extras: { openai_responses: fields } };
}

/**
 * Lays carried fields over encoded ones. A null takes an encoded field away (so `{"store": null}` leaves the choice to the vendor);
 * where nothing was encoded it is sent as it is.
 */
export function overlay(encoded: JsonObject, extras: JsonObject | undefined): JsonObject {
  if (!extras) return encoded;
  const result = { ...encoded };
  for (const [name, value] of Object.entries(extras)) {
    if (value === null && name in encoded) delete result[name];
    else result[name] = value;
  }
  return result;
}
