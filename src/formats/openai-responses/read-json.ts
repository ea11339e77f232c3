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

export function isEmpty(value: JsonObject): boolean {
  for (const _ in value) return false;
  return true;
}
