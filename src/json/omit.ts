import type { JsonObject } from "./json-object.ts";

/** The object without these fields. */
export function omit(value: JsonObject, names: ReadonlySet<string>): JsonObject {
  const rest: JsonObject = {};
  for (const name in value) if (!names.has(name)) rest[name] = value[name];
  return rest;
}
