import type { ChatEvent, EventBatch, PartEndEvent, PartStartEvent } from "../../chat/event.ts";
import type { Usage } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { DONE } from "../../formats/openai-chat/format.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { nameModel } from "../answer-model.ts";
import type { AnswerContext } from "../dialect.ts";
import { finishAsTold } from "../finish-as-told.ts";
import { encodeErrorBody } from "../openai-error.ts";
import { costField } from "../usage-cost.ts";
import { embedInCall, embedInDetails } from "./embed-foreign.ts";
import type { ForeignPart } from "./foreign-part.ts";
import { mapUsage } from "./map-usage.ts";

/**
 * A part whose events are still arriving. What is embedded of it is complete when the part ends.
 */
interface GrowingPart {
  start: PartStartEvent;
  /** The text of reasoning; empty for other kinds, whose text is in the message. */
  reasoning: string;
  length: number;
  end: PartEndEvent | undefined;
  /** The call's position among the calls. */
  callIndex: number;
  embedded: boolean;
}

/** Chat events → chunks, for answers that came in another format. */
export function createChunkEncoder(
  context: AnswerContext,
): (event: ChatEvent, batch: EventBatch) => string {
  const options = openaiChatExtras.noteFields(context.request, "$original").stream_options;
  const includeUsage = isJsonObject(options) && options.include_usage === true;
  const usageField = includeUsage ? ',"usage":null' : "";
  const parts: GrowingPart[] = [];
  let head = "";
  let calls = 0;
  let usage: Usage | null = null;

  function chunk(delta: JsonObject, finishReason: string | null = null, more = ""): string {
    const choice = `{"index":0,"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finishReason)}}`;
    return `${head}[${choice}]${usageField}${more}}\n\n`;
  }

  function start(id: string, model: string): string {
    const created = Math.floor(context.startedAt / 1000);
    const fields = JSON.stringify({ id, object: "chat.completion.chunk", created, model });
    head = `data: ${fields.slice(0, -1)},"choices":`;
    return chunk({ role: "assistant", content: "", refusal: null });
  }

  function startPart(event: PartStartEvent, batch: EventBatch): string {
    const part: GrowingPart = {
      start: event,
      reasoning: "",
      length: 0,
      end: undefined,
      callIndex: -1,
      embedded: false,
    };
    parts[event.index] = part;
    if (event.kind !== "tool_call") return "";
    part.callIndex = calls;
    calls += 1;
    // The AI SDK reads embedded parts only from a call's first delta. Most vendors' calls end in
    // the batch in which they start.
    part.end = batch.find(
      (other): other is PartEndEvent => other.type === "part-end" && other.index === event.index,
    );
    const call = {
      index: part.callIndex,
      id: event.id,
      type: "function",
      function: { name: event.name, arguments: "" },
    };
    return chunk({ tool_calls: [{ ...call, ...embedUpTo(event.index) }] });
  }

  /** The parts up to this one that no call has embedded yet, if they need embedding. */
  function embedUpTo(index: number): JsonObject {
    const loose = parts.slice(0, index + 1).filter(({ embedded }) => !embedded);
    const embedded = embedInCall(loose.flatMap((part) => describe(part) ?? []));
    if (!embedded) return {};
    for (const part of loose) part.embedded = true;
    return { ...embedded };
  }

  function delta(index: number, text: string): string {
    const part = parts[index];
    if (!part) return "";
    part.length += text.length;
    switch (part.start.kind) {
      case "reasoning":
        part.reasoning += text;
        return chunk({ reasoning_content: text });
      case "tool_call":
        return chunk({ tool_calls: [{ index: part.callIndex, function: { arguments: text } }] });
      case "text":
        return chunk(part.start.refusal ? { refusal: text } : { content: text });
      case "opaque":
        return "";
    }
  }

  function endPart(event: PartEndEvent): string {
    const part = parts[event.index];
    if (!part) return "";
    const wasKnown = part.end !== undefined;
    part.end = event;
    if (part.start.kind !== "tool_call") return "";
    // Clients parse the joined arguments. OpenAI's own streams never leave them empty.
    const empty = part.length === 0 ? delta(event.index, "{}") : "";
    if (wasKnown || !event.signature) return empty;
    part.embedded = false;
    const embedded = embedUpTo(event.index);
    // The AI SDK refuses a delta without `function`.
    return (
      empty +
      chunk({ tool_calls: [{ index: part.callIndex, function: { arguments: "" }, ...embedded }] })
    );
  }

  function finish(event: Extract<ChatEvent, { type: "end" }>): string {
    const details = embedInDetails(parts.flatMap((part) => describe(part) ?? []));
    const warnings =
      context.warnings.length > 0 ? `,"warnings":${JSON.stringify(context.warnings)}` : "";
    const refusal = event.refusal === undefined ? "" : chunk({ refusal: event.refusal });
    const last = chunk(
      details ? { reasoning_details: details } : {},
      finishAsTold(event.finish_reason, calls > 0),
      warnings,
    );
    const counted = event.usage ?? usage;
    const usageChunk =
      includeUsage && counted
        ? `${head}[],"usage":${JSON.stringify({ ...mapUsage(counted), ...costField(counted, context) })}}\n\n`
        : "";
    return `${refusal}${last}${usageChunk}data: ${DONE}\n\n`;
  }

  function encodeEvent(event: ChatEvent, batch: EventBatch): string {
    switch (event.type) {
      case "start":
        return start(event.id, nameModel(event.model, context));
      case "part-start":
        return startPart(event, batch);
      case "part-delta":
        return delta(event.index, event.delta);
      case "part-end":
        return endPart(event);
      case "usage":
        usage = event.usage;
        return "";
      case "opaque":
        return "";
      case "end":
        return finish(event);
      case "error":
        return encodeFailure(event.error);
      case "cancelled":
        return encodeFailure(new ChatError("cancelled"));
    }
  }

  return encodeEvent;
}

/** What is embedded of a part, as far as it is known. */
function describe({ start, reasoning, length, end }: GrowingPart): ForeignPart | undefined {
  const signature = end?.signature ? { signature: end.signature } : {};
  switch (start.kind) {
    case "reasoning":
      return { reasoning, ...(start.redacted ? { redacted: true } : {}), ...signature };
    case "text":
      return { text: length, ...signature };
    case "tool_call":
      return { call: start.id, ...signature };
    case "opaque":
      return { opaque: { format: start.format, value: end?.value ?? start.value } };
  }
}

/** The last event of a stream that failed: OpenAI's clients throw if an event has `error`. */
function encodeFailure(error: ChatError): string {
  return `data: ${JSON.stringify({ error: encodeErrorBody(error) })}\n\n`;
}
