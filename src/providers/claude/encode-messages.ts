import type { EncodeCall } from "../../chat/encode-call.ts";
import type { Extras } from "../../chat/format.ts";
import { giveUserTurn } from "../../chat/give-user-turn.ts";
import { type Message, partsOf, textOf } from "../../chat/message.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { blocksOf, encodeParts, isBlank } from "./encode-parts.ts";

export interface EncodedMessages {
  system: string | JsonObject[] | undefined;
  messages: JsonObject[];
}

/** System messages within a conversation. */
export interface SystemTurns {
  /** Whether the model is known to take them. */
  readonly taken: boolean;
  /** Whether it, or the way to it, is known not to; if neither, a caller of this format decides. */
  readonly refused: boolean;
}

interface WireMessage {
  role: "user" | "assistant" | "system";
  content: string | JsonObject[];
  extras: Extras | undefined;
}

/**
 * Messages → `system` and `messages`.
 *
 * - System messages at the beginning become `system`. Later ones keep their place as messages of
 *   role `system` if the model takes them (`systemTurns`), right after a user turn, as the API
 *   demands; otherwise they become text of the user.
 * - The tool results of one turn, and a user message that follows them, become one user message.
 * - A message whose `extras.anthropic` has a `role` came from this API: it keeps its role and
 *   place.
 */
export function encodeMessages(
  given: readonly Message[],
  warn: EncodeCall["warn"],
  systemTurns: SystemTurns,
): EncodedMessages {
  const messages = giveUserTurn(given, warn);
  const wire: WireMessage[] = [];
  /**
   * System messages that wait for the next user turn, because nothing may come between a tool call
   * and its result.
   */
  let held: { message: Message; at: number }[] = [];
  let afterResults = false;

  function appendUser(message: Message, at: number): void {
    const last = wire[wire.length - 1];
    const isResult = message.role === "tool";
    const pinned = isPinned(message);
    if (last && afterResults && !pinned) {
      last.content = [...blocksOf(last.content), ...encodeParts(partsOf(message), at, warn)];
      if (!anthropicExtras.has(last)) last.extras = message.extras;
    } else {
      const content =
        typeof message.content === "string" && !isResult
          ? message.content
          : encodeParts(partsOf(message), at, warn);
      // A message that says nothing is refused. One that is all there is, the API may explain.
      if (isBlank(content) && messages.length > 1) {
        if (at < messages.length - 1) return;
        // Without it, the model would go on with what it said itself.
        throw blankMessage(`messages[${at}].content`);
      }
      wire.push({ role: "user", content, extras: message.extras });
    }
    afterResults = isResult;
    const waiting = held;
    held = [];
    for (const { message: system, at: place } of waiting) appendSystem(system, place);
  }

  function appendSystem(message: Message, at: number): void {
    const last = wire[wire.length - 1];
    afterResults = false;
    if (partsOf(message).every((part) => part.type === "text" && part.text.trim() === "")) return;
    const asGiven = isPinned(message) && !systemTurns.refused;
    if (asGiven || (systemTurns.taken && last && last.role !== "assistant")) {
      const content =
        typeof message.content === "string"
          ? message.content
          : encodeParts(message.content, at, warn);
      wire.push({ role: "system", content, extras: message.extras });
      return;
    }
    warn({
      code: "adjusted_parameter",
      param: `messages[${at}].role`,
      message:
        "This model takes system messages only at the beginning; this one was sent as user text.",
    });
    wire.push({
      role: "user",
      content: `<system>\n${textOf(message)}\n</system>`,
      extras: undefined,
    });
  }

  const leading = countLeadingSystem(messages);
  messages.forEach((message, at) => {
    if (at < leading) return;
    switch (message.role) {
      case "system": {
        const last = wire[wire.length - 1];
        const waits = last?.role === "assistant" && (systemTurns.taken || callsTool(last));
        const asGiven = isPinned(message) && !systemTurns.refused;
        if (waits && !asGiven) held.push({ message, at });
        else appendSystem(message, at);
        return;
      }
      case "tool":
        if (typeof message.content === "string") {
          const param = `messages[${at}].content`;
          throw new ChatError("invalid_request", {
            param,
            message: `${param}: a tool message needs tool_result parts.`,
          });
        }
        appendUser(message, at);
        return;
      case "user":
        appendUser(message, at);
        return;
      case "assistant": {
        const content =
          typeof message.content === "string"
            ? message.content
            : encodeParts(message.content, at, warn);
        afterResults = false;
        // The API refuses empty assistant turns, which remain if a turn had nothing but foreign
        // reasoning.
        if (!isBlank(content)) wire.push({ role: "assistant", content, extras: message.extras });
        return;
      }
    }
  });
  for (const { message, at } of held) appendSystem(message, at);
  trimLast(wire);

  return {
    system: encodeSystem(messages.slice(0, leading), warn),
    messages: wire.map(({ role, content, extras }) =>
      anthropicExtras.overlay({ role, content }, { extras }),
    ),
  };
}

/** "user messages must have non-empty content" */
function blankMessage(param: string): ChatError {
  const message = `${param}: is blank; Claude needs something to answer.`;
  return new ChatError("invalid_request", { param, message });
}

/** "final assistant content cannot end with trailing whitespace" */
function trimLast(wire: WireMessage[]): void {
  const last = wire[wire.length - 1];
  if (last?.role !== "assistant") return;
  if (typeof last.content === "string") last.content = last.content.trimEnd();
  else {
    const block = last.content[last.content.length - 1];
    if (block?.type === "text" && typeof block.text === "string")
      last.content = [...last.content.slice(0, -1), { ...block, text: block.text.trimEnd() }];
  }
}

function isPinned(message: Message): boolean {
  return anthropicExtras.note(message, "$role") !== undefined;
}

function countLeadingSystem(messages: readonly Message[]): number {
  const first = messages.findIndex((message) => message.role !== "system" || isPinned(message));
  return first === -1 ? messages.length : first;
}

function encodeSystem(
  messages: readonly Message[],
  warn: EncodeCall["warn"],
): EncodedMessages["system"] {
  const [only] = messages;
  if (!only) return undefined;
  if (messages.length === 1 && typeof only.content === "string")
    return only.content.trim() === "" ? undefined : only.content;
  const blocks = messages.flatMap((message, at) => encodeParts(partsOf(message), at, warn));
  return blocks.length === 0 ? undefined : blocks;
}

function callsTool({ content }: WireMessage): boolean {
  return typeof content !== "string" && content.some(({ type }) => type === "tool_use");
}
