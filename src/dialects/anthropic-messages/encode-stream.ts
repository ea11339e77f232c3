import type { ChatEvent, EventBatch } from "../../chat/event.ts";
import type { Usage } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import type { MessageEvent } from "../../formats/anthropic-messages/event.ts";
import { encodeUsage } from "../../formats/anthropic-messages/usage.ts";
import { nameModel } from "../answer-model.ts";
import type { AnswerContext, StreamEncoder } from "../dialect.ts";
import { createPassThrough } from "../pass-through.ts";
import { encodeErrorBody } from "./encode-error.ts";
import { encodeEnding } from "./encode-response.ts";
import { createBlockWriter } from "./write-blocks.ts";

/**
 * Chat events → the events of a message stream. An answer that came in this format goes out event by event as it came; only failures
 * are always in our own words.
 */
export function createStreamEncoder(context: AnswerContext): StreamEncoder {
  let usage: Usage | null = null;
  const blocks = createBlockWriter(write);

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
        return blocks.start(event, end?.type === "part-end" ? end.signature : undefined);
      }
      case "part-delta":
        return blocks.delta(event.index, event.delta);
      case "part-end":
        return blocks.end(event);
      case "usage":
        usage = event.usage;
        return "";
      case "opaque":
        return "";
      case "end": {
        const ending = encodeEnding({ ...event, usage: event.usage ?? usage }, context);
        const { context_management: management, ...fields } = ending.fields;
        return (
          blocks.close() +
          write({
            type: "message_delta",
            delta: { stop_reason: ending.stop_reason, stop_sequence: null, ...fields },
            usage: ending.usage,
            ...(management === undefined ? {} : { context_management: management }),
          }) +
          write({ type: "message_stop" })
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

function write(event: MessageEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
