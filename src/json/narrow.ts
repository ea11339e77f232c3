import { isJsonObject, type JsonObject } from "./json-object.ts";

// Upstream answers are narrowed by hand: running a schema on each streamed event costs more than
// parsing it.

/** The value if it is a string, empty or not. */
export function readString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The value if it is a string with at least one character. */
export function readText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The objects in an array; other elements are skipped, and anything but an array has none. */
export function readObjects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** What a list of one item holds; any other value as it is. */
export function soleOf(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

export function isEmptyObject(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

/**
 * Whether this is an object of empty fields only, which servers written in Go send in place of an
 * absent one (recorded from Snowflake).
 */
export function isZeroValue(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    Object.values(value).every((field) => field === "" || field === 0 || field === null)
  );
}
