import type { ChatEvent } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isZeroValue, readText } from "../../json/narrow.ts";
import { REASONING_FIELDS, type ReasoningField } from "./format.ts";
import type { PartWriter } from "./part-writer.ts";
import { textOfDetails } from "./reasoning-details.ts";
import type { ToolCallAssembler } from "./tool-call-assembler.ts";

/**
 * Writes what a streamed delta or a whole message holds: the fields are the same. True where it holds a refusal. Text or calls in a
 * form that is not read are an error, since an answer without them would pass for a complete one.
 */
export function writeMessage(
  message: JsonObject,
  parts: PartWriter,
  calls: ToolCallAssembler,
  events: ChatEvent[],
): boolean {
  writeReasoning(message, parts, events);
  writeContent(message.content, parts, events);
  if (message.refusal != null && typeof message.refusal !== "string")
    throw createFormError("refusal");
  const refusal = readText(message.refusal);
  if (refusal !== undefined) parts.writeText("refusal", refusal, events);
  if (Array.isArray(message.images))
    for (const image of message.images) if (isJsonObject(image)) parts.writeOpaque(image, events);
  if (Array.isArray(message.tool_calls)) calls.add(message.tool_calls, events);
  else if (message.tool_calls != null) throw createFormError("tool_calls");
  if (isJsonObject(message.function_call) && !isZeroValue(message.function_call))
    calls.add([{ index: 0, function: message.function_call }], events);
  return refusal !== undefined;
}

/** The reasoning's text from the first field that has some (some servers say the same in both), or else from its details. */
function writeReasoning(message: JsonObject, parts: PartWriter, events: ChatEvent[]): void {
  let isWritten = false;
  for (const name of REASONING_FIELDS) {
    const text = message[name];
    if (text != null && typeof text !== "string") throw createFormError(name);
    if (isWritten || !text) continue;
    parts.writeText(name, text, events);
    isWritten = true;
  }
  const details = message.reasoning_details;
  if (!Array.isArray(details)) return;
  // Snowflake's only place for it (recorded).
  if (!isWritten)
    parts.writeText("reasoning_details", textOfDetails(details.filter(isJsonObject)), events);
  parts.writeDetails(details, events);
}

function writeContent(content: unknown, parts: PartWriter, events: ChatEvent[]): void {
  if (typeof content === "string") parts.writeText("content", content, events);
  else if (Array.isArray(content)) {
    for (const element of content) {
      if (isJsonObject(element)) writeElement(element, parts, events);
      else if (element != null) throw createFormError("content");
    }
  } else if (content != null) throw createFormError("content");
}

function createFormError(field: "content" | "refusal" | "tool_calls" | ReasoningField): ChatError {
  return new ChatError("upstream_invalid_response", { logReason: field });
}

/** One element of a content array: text, Mistral's thinking (a list of texts), or something to be carried as it is. */
function writeElement(element: JsonObject, parts: PartWriter, events: ChatEvent[]): void {
  if (element.type === "text" && typeof element.text === "string")
    parts.writeText("content", element.text, events);
  else if (element.type === "thinking" && Array.isArray(element.thinking)) {
    for (const piece of element.thinking) {
      if (isJsonObject(piece) && typeof piece.text === "string")
        parts.writeText("thinking", piece.text, events);
    }
  } else parts.writeOpaque(element, events);
}
