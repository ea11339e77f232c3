import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readObjects } from "../../json/narrow.ts";

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
 * Puts into a chunk what callers of this format read without looking: OpenAI's client refuses a
 * choice without an index and a first delta without a role, and the AI SDK an id that is a number.
 * True if the chunk was changed.
 */
export function createChunkMender(): (chunk: JsonObject) => boolean {
  let hasRole = false;
  return (chunk) => {
    let mended = mendNames(chunk);
    const choice = firstChoice(chunk);
    if (!choice) return mended;
    if (mendIndex(choice)) mended = true;
    const { delta } = choice;
    if (!isJsonObject(delta)) return mended;
    const isRole = delta.role === "assistant" || (delta.role === undefined && hasRole);
    hasRole = true;
    if (isRole) return mended;
    delta.role = "assistant";
    return true;
  };
}

/** The same for a whole answer. */
export function mendBody(body: JsonObject): void {
  mendNames(body);
  const choice = firstChoice(body);
  if (!choice) return;
  mendIndex(choice);
  if (isJsonObject(choice.message)) choice.message.role = "assistant";
}

function firstChoice({ choices }: JsonObject): JsonObject | undefined {
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  return isJsonObject(choice) ? choice : undefined;
}

function mendIndex(choice: JsonObject): boolean {
  if (typeof choice.index === "number") return false;
  choice.index = 0;
  return true;
}

function mendNames(answer: JsonObject): boolean {
  const { id, created } = answer;
  if (id != null && typeof id !== "string") answer.id = String(id);
  if (created != null && typeof created !== "number") answer.created = Number(created) || 0;
  return answer.id !== id || answer.created !== created;
}

/**
 * Makes a text of a list of texts, which only Mistral's own clients read in an answer, and
 * `reasoning_content` of the thinking in it. True if the message or delta was changed.
 */
export function mendContent(message: JsonObject): boolean {
  const { content } = message;
  if (!Array.isArray(content)) return false;
  let text: string | null = null;
  let thinking = "";
  for (const element of content) {
    if (!isJsonObject(element)) return false;
    if (element.type === "text" && typeof element.text === "string")
      text = (text ?? "") + element.text;
    else if (element.type === "thinking" && Array.isArray(element.thinking))
      for (const { text: piece } of readObjects(element.thinking))
        thinking += typeof piece === "string" ? piece : "";
    else return false;
  }
  message.content = text;
  if (thinking !== "") message.reasoning_content ??= thinking;
  return true;
}

/** Whether a chunk that brings the usage brings something else too (llama.cpp's `timings`). */
export function bringsMore(chunk: JsonObject): boolean {
  return Object.keys(chunk).some((name) => !USUAL_FIELDS.has(name));
}
