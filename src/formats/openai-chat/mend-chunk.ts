import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";

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
 * Adds to the chunks of one answer what OpenAI's client and the AI SDK refuse the absence of, for a
 * caller who is sent them as they came: the role in the first delta, and the index of each piece of
 * a tool call (Mistral leaves it out). True if the chunk was changed.
 */
export function createChunkMender(): (chunk: JsonObject) => boolean {
  let hasRole = false;
  const indexes = new Map<string, number>();
  let last = -1;

  function addIndex(call: JsonObject): boolean {
    const id = readText(call.id);
    if (typeof call.index === "number") {
      last = Math.max(last, call.index);
      if (id !== undefined) indexes.set(id, call.index);
      return false;
    }
    const known = id === undefined ? Math.max(last, 0) : indexes.get(id);
    if (known === undefined) last += 1;
    call.index = known ?? last;
    if (id !== undefined) indexes.set(id, known ?? last);
    return true;
  }

  return (chunk) => {
    const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
    if (!isJsonObject(choice) || !isJsonObject(choice.delta)) return false;
    const { delta } = choice;
    let changed = false;
    if (!hasRole) {
      hasRole = true;
      if (delta.role === undefined) {
        delta.role = "assistant";
        changed = true;
      }
    }
    if (Array.isArray(delta.tool_calls))
      for (const call of delta.tool_calls) if (isJsonObject(call) && addIndex(call)) changed = true;
    return changed;
  };
}

/** Whether a chunk that brings the usage brings something else too (llama.cpp's `timings`). */
export function bringsMore(chunk: JsonObject): boolean {
  return Object.keys(chunk).some((name) => !USUAL_FIELDS.has(name));
}
