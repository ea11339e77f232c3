import type { ChatEvent, EventBatch, FinishReason, PartEndEvent } from "../../chat/event.ts";
import type { Usage } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import type { MessageEvent } from "../../formats/anthropic-messages/event.ts";
import { defined } from "../../json/defined.ts";
import { nameModel } from "../answer-model.ts";
import type { AnswerContext, StreamEncoder } from "../dialect.ts";
import { addWarnings, createPassThrough } from "../pass-through.ts";
import { warningsOf } from "../warnings.ts";
import { createBlockEncoder } from "./encode-block-events.ts";
import { encodeErrorBody } from "./encode-error.ts";
import { encodeEnding } from "./encode-response.ts";
import { mapUsage } from "./map-usage.ts";

/**
 * Chat events → the events of a message stream, or the vendor's own events if the answer came in
 * this format.
 */
export function createStreamEncoder(context: AnswerContext): StreamEncoder {
  let usage: Usage | null = null;
  /** The text of parts that are refusals; their indexes. */
  let refusal = "";
  const refusals = new Set<number>();
  let hasCall = false;
  const blocks = createBlockEncoder(encodeSse);
  /** The end of a call with broken arguments, until it is known why they are. */
  let broken: PartEndEvent | undefined;

  /**
   * Clients of this API read the arguments of a call leniently, and would run the tool with a part
   * of them. An answer that was cut says so itself, as Anthropic's do; any other one fails here,
   * before its clients can take the call for a whole one.
   */
  function endBroken(finish?: FinishReason): string {
    if (!broken) return "";
    if (finish !== "length" && finish !== "content_filter")
      throw new ChatError("upstream_invalid_response", {
        message: "The model's arguments for a tool call are not a JSON object. Try again.",
        logReason: "tool_arguments",
      });
    return blocks.end(broken);
  }

  function encodeOwn(event: ChatEvent, batch: EventBatch): string {
    switch (event.type) {
      case "start": {
        // Some vendors count the prompt at the start, others at the end; a whole answer has both in
        // one batch. Anthropic's client reads most fields beside the content from this event only.
        const counted = batch.find((later) => later.type === "usage" || later.type === "end");
        const ending =
          counted?.type === "end" ? encodeEnding({ ...counted, hasCall }, context) : undefined;
        return encodeSse({
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
            usage: ending?.usage ?? mapUsage(counted?.usage ?? null),
          },
        });
      }
      case "part-start": {
        endBroken();
        if (event.kind === "text" && event.refusal) refusals.add(event.index);
        hasCall ||= event.kind === "tool_call";
        const end = batch.find((later) => later.type === "part-end" && later.index === event.index);
        return blocks.start(event, end?.type === "part-end" ? end.signature : undefined);
      }
      case "part-delta":
        if (refusals.has(event.index)) refusal += event.delta;
        return blocks.delta(event.index, event.delta);
      case "part-end":
        if (!context.brokenCalls.has(event.index)) return blocks.end(event);
        broken = event;
        return "";
      case "usage":
        usage = event.usage;
        return "";
      case "opaque":
        return "";
      case "end": {
        const ending = encodeEnding(
          {
            ...event,
            hasCall,
            refusal: event.refusal ?? (refusal || undefined),
            usage: event.usage ?? usage,
          },
          context,
        );
        const { context_management: management, ...fields } = ending.fields;
        return (
          endBroken(event.finish_reason) +
          blocks.close() +
          encodeSse({
            type: "message_delta",
            delta: { stop_reason: ending.stop_reason, stop_sequence: null, ...fields },
            usage: ending.usage,
            ...defined({ context_management: management }),
            ...warningsOf(context),
          }) +
          encodeSse({ type: "message_stop" })
        );
      }
      case "error":
        return encodeSse(encodeErrorBody(event.error, context.requestId));
      case "cancelled":
        return encodeSse(encodeErrorBody(new ChatError("cancelled"), context.requestId));
    }
  }

  return {
    heartbeat: ": heartbeat\n\n",
    encode: createPassThrough("anthropic", context, {
      encodeOwn,
      encodeRaw: ({ raw }, write) =>
        write(raw?.event === "message_delta" ? addWarnings(raw, /^\s*\{/, context) : raw),
    }),
  };
}

function encodeSse(event: MessageEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
