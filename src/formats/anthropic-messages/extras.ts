import type { Extras, JsonObject } from "../../chat/format.ts";

/** What is carried for this format, if anything is. */
export function extrasOf(holder: { extras?: Extras | undefined }): JsonObject | undefined {
  return holder.extras?.anthropic;
}

/** `{ extras }` for these fields; nothing where there are none. */
export function toExtras(fields: JsonObject): { extras?: Extras } {
  return Object.keys(fields).length === 0 ? {} : { extras: { anthropic: fields } };
}

/** The object without these fields. */
export function omit(value: JsonObject, names: ReadonlySet<string>): JsonObject {
  const rest: JsonObject = {};
  for (const name of Object.keys(value)) if (!names.has(name)) rest[name] = value[name];
  return rest;
}
