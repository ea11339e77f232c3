import type { ChatEvent } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isZeroValue, readText } from "../../json/narrow.ts";
import { REASONING_FIELDS, type ReasoningField } from "./format.ts";
import { mendContent } from "./mend-chunk.ts";
import type { PartAssembler } from "./part-assembler.ts";
import { textOfDetails } from "./reasoning-details.ts";
import type { ToolCallAssembler } from "./tool-call-assembler.ts";

/**
 * Decodes a streamed delta or a whole message, which have the same fields. What callers of this
 * format cannot read in it is changed; returns whether anything was. Throws if text or calls have an
 * unknown form, because the answer would look complete without them.
 */
export function decodeDelta(
  message: JsonObject,
  parts: PartAssembler,
  calls: ToolCallAssembler,
  events: ChatEvent[],
  isWhole: boolean,
): boolean {
  let mended = false;
  decodeReasoning(message, parts, events);
  decodeContent(message.content, parts, events);
  if (message.refusal != null && typeof message.refusal !== "string")
    throw createFormError("refusal");
  const refusal = readText(message.refusal);
  if (refusal !== undefined) parts.pushText("refusal", refusal, events);
  if (Array.isArray(message.images))
    for (const image of message.images) if (isJsonObject(image)) parts.pushOpaque(image, events);
  if (Array.isArray(message.tool_calls)) mended = calls.add(message.tool_calls, events, isWhole);
  else if (message.tool_calls != null) throw createFormError("tool_calls");
  if (isJsonObject(message.function_call) && !isZeroValue(message.function_call))
    calls.add([{ index: 0, function: message.function_call }], events, isWhole);
  return mendContent(message) || mended;
}

/**
 * The reasoning, from the first field that has text (some servers fill two with the same) or else
 * from the details.
 */
function decodeReasoning(message: JsonObject, parts: PartAssembler, events: ChatEvent[]): void {
  let isWritten = false;
  for (const name of REASONING_FIELDS) {
    const text = message[name];
    if (text != null && typeof text !== "string") throw createFormError(name);
    if (isWritten || !text) continue;
    parts.pushText(name, text, events);
    isWritten = true;
  }
  const details = message.reasoning_details;
  if (!Array.isArray(details)) return;
  // Snowflake sends it nowhere else (recorded).
  if (!isWritten)
    parts.pushText("reasoning_details", textOfDetails(details.filter(isJsonObject)), events);
  parts.pushDetails(details, events);
}

function decodeContent(content: unknown, parts: PartAssembler, events: ChatEvent[]): void {
  if (typeof content === "string") parts.pushText("content", content, events);
  else if (Array.isArray(content)) {
    for (const element of content) {
      if (isJsonObject(element)) decodeElement(element, parts, events);
      else if (element != null) throw createFormError("content");
    }
  } else if (content != null) throw createFormError("content");
}

function createFormError(field: "content" | "refusal" | "tool_calls" | ReasoningField): ChatError {
  return new ChatError("upstream_invalid_response", { logReason: field });
}

/**
 * One element of a content list: text, a refusal, Mistral's thinking (a list of texts), or an opaque
 * element.
 */
function decodeElement(element: JsonObject, parts: PartAssembler, events: ChatEvent[]): void {
  if (element.type === "text" && typeof element.text === "string")
    parts.pushText("content", element.text, events);
  else if (element.type === "refusal" && typeof element.refusal === "string")
    parts.pushText("refusal", element.refusal, events);
  else if (element.type === "thinking" && Array.isArray(element.thinking)) {
    for (const piece of element.thinking) {
      if (isJsonObject(piece) && typeof piece.text === "string")
        parts.pushText("thinking", piece.text, events);
    }
  } else parts.pushOpaque(element, events);
}
