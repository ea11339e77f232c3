import type { ChatEvent } from "../../chat/event.ts";
import { DONE, FORMAT } from "../../formats/openai-chat/format.ts";
import { nameModel } from "../answer-model.ts";
import type { AnswerContext, StreamEncoder } from "../dialect.ts";
import { createPassThrough, type WriteRaw } from "../pass-through.ts";
import { addCostText } from "../usage-cost.ts";
import { createChunkEncoder } from "./encode-chunks.ts";

/**
 * Chat events → `chat.completion.chunk`s and `[DONE]`, or the vendor's own events if the answer
 * came in this format. A stream that fails ends without `[DONE]`, with an event that OpenAI's
 * clients throw.
 */
export function createStreamEncoder(context: AnswerContext): StreamEncoder {
  const encodeOwn = createChunkEncoder(context);
  let wroteDone = false;

  function encodeRaw(event: ChatEvent, write: WriteRaw): string {
    const { type, raw } = event;
    if (type === "usage" && raw)
      return write({ ...raw, data: addCostText(raw.data, event.usage, context) });
    if (raw?.data === DONE) wroteDone = true;
    // The vendor's stream has no field for warnings; they go before its end marker.
    const before = raw?.data === DONE ? encodeWarnings(context) : "";
    const text = before + write(raw);
    return type === "end" && !wroteDone
      ? `${text}${encodeWarnings(context)}data: ${DONE}\n\n`
      : text;
  }

  return {
    heartbeat: ": keep-alive\n\n",
    encode: createPassThrough(FORMAT, context, { encodeOwn, encodeRaw }),
  };
}

/** A chunk without choices, like the usage chunk. */
function encodeWarnings(context: AnswerContext): string {
  if (context.warnings.length === 0) return "";
  const chunk = {
    id: `warnings-${context.requestId}`,
    object: "chat.completion.chunk",
    created: Math.floor(context.startedAt / 1000),
    model: nameModel(context.target.model, context),
    choices: [],
    warnings: context.warnings,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
