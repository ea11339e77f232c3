import { isJsonObject, type JsonObject } from "../../json/json-object.ts";

/** What every server sends in a chunk that brings the usage. */
const USUAL_FIELDS: ReadonlySet<string> = new Set([
  "id",
  "object",
  "created",
  "model",
  "choices",
  "usage",
  "system_fingerprint",
  "service_tier",
  "obfuscation",
]);

/**
 * Adds the role to the first delta, for a caller who is sent the chunks as they came: OpenAI's
 * client refuses its absence. True if the chunk was changed.
 */
export function createRoleMender(): (chunk: JsonObject) => boolean {
  let hasRole = false;
  return ({ choices }) => {
    const choice: unknown = !hasRole && Array.isArray(choices) ? choices[0] : undefined;
    if (!isJsonObject(choice) || !isJsonObject(choice.delta)) return false;
    hasRole = true;
    if (choice.delta.role !== undefined) return false;
    choice.delta.role = "assistant";
    return true;
  };
}

/** Whether a chunk that brings the usage brings something else too (llama.cpp's `timings`). */
export function bringsMore(chunk: JsonObject): boolean {
  return Object.keys(chunk).some((name) => !USUAL_FIELDS.has(name));
}
