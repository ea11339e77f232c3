import type { ChatEvent } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { DONE, FORMAT } from "../../formats/openai-chat/format.ts";
import type { AnswerContext, StreamEncoder } from "../dialect.ts";
import { encodeRawEvent } from "../encode-raw-event.ts";
import { createChunkEncoder } from "./encode-chunks.ts";
import { encodeFailure } from "./encode-failure.ts";

/**
 * Chat events → `chat.completion.chunk`s and `[DONE]`, or the vendor's own events where it speaks this format. An error ends the stream
 * without `[DONE]`, in the form in which OpenAI's clients throw it.
 */
export function createStreamEncoder(context: AnswerContext): StreamEncoder {
  const encodeOwn = createChunkEncoder(context);
  let mode: "unknown" | "raw" | "own" = "unknown";
  let wroteDone = false;

  function encodeRaw(event: ChatEvent): string {
    if (event.type === "error") return encodeFailure(event.error);
    if (event.type === "cancelled") return encodeFailure(new ChatError("cancelled"));
    if (event.raw?.data === DONE) wroteDone = true;
    // The vendor's own stream has no room for warnings; they go before its end mark.
    const before = event.raw?.data === DONE ? encodeWarnings(context) : "";
    const text = event.raw ? before + encodeRawEvent(event.raw) : "";
    return event.type === "end" && !wroteDone
      ? `${text}${encodeWarnings(context)}data: ${DONE}\n\n`
      : text;
  }

  return {
    heartbeat: ": keep-alive\n\n",
    encode(batch) {
      const [first] = batch;
      if (mode === "unknown" && first) {
        mode =
          context.format === FORMAT && first.type === "start" && first.raw !== undefined
            ? "raw"
            : "own";
      }
      if (mode !== "raw") return encodeOwn(batch);
      let text = "";
      for (const event of batch) text += encodeRaw(event);
      return text;
    },
  };
}

/** A chunk without choices, as the one with the usage is. */
function encodeWarnings(context: AnswerContext): string {
  if (context.warnings.length === 0) return "";
  const chunk = {
    id: `warnings-${context.requestId}`,
    object: "chat.completion.chunk",
    created: Math.floor(context.startedAt / 1000),
    model: context.target.model,
    choices: [],
    warnings: context.warnings,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
