import { giveUserTurn } from "../../chat/give-user-turn.ts";
import { type Message, partsOf } from "../../chat/message.ts";
import type { ToolResultPart } from "../../chat/part.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { arrangeMessages, joinUser, toUserText } from "./arrange-messages.ts";
import { encodeAssistant } from "./encode-assistant.ts";
import {
  type ContentPart,
  type EncodeContext,
  encodeContent,
  encodeElement,
  isContentPart,
  isListElement,
} from "./encode-content.ts";
import { openaiChatExtras, overlayMessage } from "./extras.ts";
import { encodeToolCallId } from "./tool-call-id.ts";

/**
 * Messages → `messages`. Each tool result becomes a message of its own. A tool message takes only
 * text, so images and PDFs follow in a user message after all results of the turn.
 */
export function encodeMessages(given: readonly Message[], context: EncodeContext): JsonObject[] {
  // Templates that take no system message elsewhere do not take it alone either.
  const messages =
    context.quirks.system_turns === "first" ? giveUserTurn(given, context.warn) : given;
  const wire: JsonObject[] = [];
  let attachments: JsonObject[] = [];

  function attach(): void {
    if (attachments.length > 0) wire.push({ role: "user", content: attachments });
    attachments = [];
  }

  /** System texts that wait: nothing may come between a call and its result. */
  let held: JsonObject[] = [];
  let isLeading = true;

  function release(): void {
    for (const text of held) {
      const last = wire[wire.length - 1];
      if (last?.role === "user") wire[wire.length - 1] = joinUser(last, text);
      else wire.push(text);
    }
    held = [];
  }

  function hold(message: Message, index: number): void {
    held.push(toUserText(encodePlain(message, context).content));
    context.warn({
      code: "adjusted_parameter",
      param: `messages[${index}].role`,
      message:
        "This server takes a system message only at the beginning; this one was sent as user text.",
    });
  }

  messages.forEach((message, index) => {
    if (message.role !== "system") isLeading = false;
    else if (!isLeading && context.quirks.system_turns === "first") {
      hold(message, index);
      return;
    }
    if (typeof message.content !== "string") {
      for (const part of message.content) {
        if (part.type === "tool_result") wire.push(encodeToolResult(part, attachments, context));
      }
      if (message.content.length > 0 && message.content.every(({ type }) => type === "tool_result"))
        return;
    }
    attach();
    if (held.length > 0 && message.role === "user") {
      // The text goes before what the user says next.
      release();
      const last = wire[wire.length - 1];
      const plain = encodePlain(message, context);
      if (last?.role === "user") wire[wire.length - 1] = joinUser(last, plain);
      else wire.push(plain);
      return;
    }
    release();
    if (message.role !== "assistant") wire.push(encodePlain(message, context));
    else {
      const encoded = encodeAssistant(message, `messages[${index}]`, context);
      if (saysSomething(encoded, message)) wire.push(encoded);
    }
  });
  attach();
  release();
  return arrangeMessages(wire, context.quirks);
}

/**
 * Servers refuse an answer that says nothing, as one is of which only another vendor's reasoning
 * was there. What the caller wrote in this format stays.
 */
function saysSomething(encoded: JsonObject, { content, extras }: Message): boolean {
  if (extras?.openai_chat !== undefined || typeof content === "string" || content.length === 0)
    return true;
  const { role: _role, content: text, ...others } = encoded;
  return (text !== "" && text !== null) || Object.keys(others).length > 0;
}

/** A system or user message. */
function encodePlain(message: Message, context: EncodeContext): JsonObject {
  const content =
    typeof message.content === "string"
      ? message.content
      : encodeContent(partsOf(message).filter(isContentPart), context);
  return overlayMessage(
    { role: message.role === "system" ? systemRole(message, context) : message.role, content },
    message,
  );
}

function systemRole(message: Message, { quirks }: EncodeContext): string {
  if (quirks.system_role !== "as_given") return quirks.system_role;
  return openaiChatExtras.note(message, "$role") === "developer" ? "developer" : "system";
}

function encodeToolResult(
  part: ToolResultPart,
  attachments: JsonObject[],
  context: EncodeContext,
): JsonObject {
  let content: string | JsonObject[];
  if (typeof part.content === "string") content = part.content;
  else {
    const kept: ContentPart[] = [];
    for (const piece of part.content) {
      if (piece.type === "text" || piece.type === "opaque" || isListElement(piece))
        kept.push(piece);
      else attachments.push(encodeElement(piece, context));
    }
    content = encodeContent(kept, context);
    if (content.length === 0)
      content = kept.length < part.content.length ? "The result follows in the next message." : "";
  }
  const id = encodeToolCallId(part.tool_call_id, context.quirks);
  return overlayMessage(
    { role: "tool", tool_call_id: id, content: part.is_error ? markError(content) : content },
    part,
  );
}

/** The format cannot mark a tool call as failed, so the text says it. */
function markError(content: string | JsonObject[]): string | JsonObject[] {
  return typeof content === "string"
    ? `Error: ${content}`
    : [{ type: "text", text: "Error:" }, ...content];
}
