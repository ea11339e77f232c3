import type { JsonObject } from "../../chat/format.ts";

/** True for a JSON object. Upstream answers are narrowed by hand: a schema check for each streamed event costs more than its parse. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value if it is a text with something in it. */
export function textIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
