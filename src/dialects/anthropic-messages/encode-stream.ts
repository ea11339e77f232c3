import type { ChatEvent, EventBatch, PartEndEvent, PartStartEvent } from "../../chat/event.ts";
import type { Signature } from "../../chat/format.ts";
import type { Usage } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import type { BlockDelta, MessageEvent } from "../../formats/anthropic-messages/event.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import { encodeUsage } from "../../formats/anthropic-messages/usage.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { nameModel } from "../answer-model.ts";
import type { AnswerContext, StreamEncoder } from "../dialect.ts";
import { createPassThrough } from "../pass-through.ts";
import { embedSignature } from "./embed-signature.ts";
import { createCarrier } from "./encode-content.ts";
import { encodeErrorBody } from "./encode-error.ts";
import { encodeEnding } from "./encode-response.ts";

/** A part on its way out. */
interface OpenBlock {
  start: PartStartEvent;
  /** Its index among the blocks; undefined while, or where, it has none. */
  index: number | undefined;
  /** Whether its signature went out before it. */
  signatureSent: boolean;
}

/**
 * Chat events → the events of a message stream. An answer that came in this format goes out event by event as it came; only failures
 * are always in our own words.
 */
export function createStreamEncoder(context: AnswerContext): StreamEncoder {
  let nextIndex = 0;
  let usage: Usage | null = null;
  const blocks: (OpenBlock | undefined)[] = [];

  function startBlock(block: JsonObject): string {
    const text = write({ type: "content_block_start", index: nextIndex, content_block: block });
    nextIndex += 1;
    return text;
  }

  function carrier(signature: Signature, signed: Parameters<typeof createCarrier>[1]): string {
    const { signature: value, ...empty } = createCarrier(signature, signed);
    const index = nextIndex;
    return (
      startBlock({ ...empty, signature: "" }) +
      write({
        type: "content_block_delta",
        index,
        delta: { type: "signature_delta", signature: String(value) },
      }) +
      write({ type: "content_block_stop", index })
    );
  }

  /** `signature` is known at once where the whole part is in this batch; a client then has it before the part itself. */
  function encodePartStart(event: PartStartEvent, signature: Signature | undefined): string {
    const block: OpenBlock = { start: event, index: undefined, signatureSent: false };
    blocks[event.index] = block;
    switch (event.kind) {
      case "text":
        // It begins with its first text: there are no empty text blocks.
        return "";
      case "reasoning": {
        block.index = nextIndex;
        if (event.redacted && signature?.format === "anthropic") {
          return startBlock(
            anthropicExtras.overlay({ type: "redacted_thinking", data: signature.value }, event),
          );
        }
        return startBlock(
          anthropicExtras.overlay({ type: "thinking", thinking: "", signature: "" }, event),
        );
      }
      case "tool_call": {
        const before = signature
          ? carrier(signature, { kind: "tool_call", toolCallId: event.id })
          : "";
        block.signatureSent = signature !== undefined;
        block.index = nextIndex;
        return (
          before +
          startBlock(
            anthropicExtras.overlay(
              { type: "tool_use", id: event.id, name: event.name, input: {} },
              event,
            ),
          )
        );
      }
      case "opaque":
        if (event.format !== "anthropic") return "";
        block.index = nextIndex;
        return startBlock(event.value);
    }
  }

  function encodePartDelta(at: number, delta: string): string {
    const block = blocks[at];
    if (!block) return "";
    let before = "";
    if (block.index === undefined) {
      if (block.start.kind !== "text" || delta === "") return "";
      block.index = nextIndex;
      before = startBlock(anthropicExtras.overlay({ type: "text", text: "" }, block.start));
    }
    return (
      before +
      write({
        type: "content_block_delta",
        index: block.index,
        delta: encodeDelta(block.start.kind, delta),
      })
    );
  }

  function encodePartEnd({ index: at, signature }: PartEndEvent): string {
    const block = blocks[at];
    if (!block) return "";
    blocks[at] = undefined;
    const { start, index, signatureSent } = block;
    let text = "";
    if (index !== undefined) {
      if (start.kind === "reasoning" && !(start.redacted && signature?.format === "anthropic")) {
        // An empty one too: the AI SDK sends back only reasoning for which it saw a signature.
        const value = signature
          ? embedSignature(signature, { kind: start.redacted ? "redacted" : "reasoning" })
          : "";
        text += write({
          type: "content_block_delta",
          index,
          delta: { type: "signature_delta", signature: value },
        });
      }
      text += write({ type: "content_block_stop", index });
    }
    if (!signature || signatureSent) return text;
    if (start.kind === "text")
      return text + carrier(signature, { kind: index === undefined ? "empty_text" : "text" });
    return start.kind === "tool_call"
      ? text + carrier(signature, { kind: "tool_call", toolCallId: start.id })
      : text;
  }

  function encodeOwn(event: ChatEvent, batch: EventBatch): string {
    switch (event.type) {
      case "start": {
        // Some vendors count the prompt at once, others at the end, which a whole answer has in its one batch. Of what an answer says
        // beside its content, Anthropic's client takes most from here alone.
        const counted = batch.find((later) => later.type === "usage" || later.type === "end");
        const ending = counted?.type === "end" ? encodeEnding(counted, context) : undefined;
        return write({
          type: "message_start",
          message: {
            id: event.id,
            type: "message",
            role: "assistant",
            model: nameModel(event.model, context),
            content: [],
            ...ending?.fields,
            stop_reason: null,
            stop_sequence: null,
            usage: ending?.usage ?? encodeUsage(counted?.usage ?? null),
          },
        });
      }
      case "part-start": {
        const end = batch.find((later) => later.type === "part-end" && later.index === event.index);
        return encodePartStart(event, end?.type === "part-end" ? end.signature : undefined);
      }
      case "part-delta":
        return encodePartDelta(event.index, event.delta);
      case "part-end":
        return encodePartEnd(event);
      case "usage":
        usage = event.usage;
        return "";
      case "opaque":
        return "";
      case "end": {
        const ending = encodeEnding({ ...event, usage: event.usage ?? usage }, context);
        const { context_management: management, ...fields } = ending.fields;
        return (
          write({
            type: "message_delta",
            delta: { stop_reason: ending.stop_reason, stop_sequence: null, ...fields },
            usage: ending.usage,
            ...(management === undefined ? {} : { context_management: management }),
          }) + write({ type: "message_stop" })
        );
      }
      case "error":
        return write(encodeErrorBody(event.error, context.requestId));
      case "cancelled":
        return write(encodeErrorBody(new ChatError("cancelled"), context.requestId));
    }
  }

  return {
    heartbeat: ": heartbeat\n\n",
    encode: createPassThrough("anthropic", context, {
      encodeOwn,
      encodeRaw: ({ raw }, write) => write(raw),
    }),
  };
}

function encodeDelta(kind: PartStartEvent["kind"], delta: string): BlockDelta {
  switch (kind) {
    case "reasoning":
      return { type: "thinking_delta", thinking: delta };
    case "tool_call":
      return { type: "input_json_delta", partial_json: delta };
    default:
      return { type: "text_delta", text: delta };
  }
}

function write(event: MessageEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
