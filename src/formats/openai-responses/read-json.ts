import type { JsonObject } from "../../chat/format.ts";
import { isJsonObject } from "../../json/is-json-object.ts";

/** Narrow looks at what an upstream sent; no schema runs for each streamed event. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The objects of a list; none where it is no list. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The object without these fields. */
export function omit(value: JsonObject, names: ReadonlySet<string>): JsonObject {
  const rest: JsonObject = {};
  for (const name of Object.keys(value)) if (!names.has(name)) rest[name] = value[name];
  return rest;
}

export function isEmpty(value: JsonObject): boolean {
  for (const _ in value) return false;
  return true;
}
