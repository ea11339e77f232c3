import type { JsonObject } from "../../src/json/json-object.ts";

/**
 * An event stream's text: one event without a name for each of these. Google's ends its lines in
 * CRLF.
 */
export function sseText(data: readonly unknown[], lineEnd: "\n" | "\r\n" = "\n"): string {
  return data
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)))
    .map((text) => `data: ${text}${lineEnd}${lineEnd}`)
    .join("");
}

/** The data that ends a stream of Chat Completions. */
export const DONE = "[DONE]";

/** A chunk of Chat Completions with one choice; a finish reason that is undefined is left out. */
export function completionChunk(
  delta: JsonObject | undefined,
  finishReason?: string | null,
  more: JsonObject = {},
): JsonObject {
  const choice = {
    index: 0,
    ...(delta ? { delta } : {}),
    ...(finishReason === undefined ? {} : { finish_reason: finishReason }),
  };
  return { id: "c1", object: "chat.completion.chunk", model: "m", choices: [choice], ...more };
}
