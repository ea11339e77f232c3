import type { ChatEvent, EndEvent, Warning } from "../../chat/event.ts";
import type { Usage } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { findAnswerError, findBareError, parseEvent } from "../../formats/answer-error.ts";
import { readReason, warnUnknownFinish } from "../../formats/finish-reasons.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isEmptyObject, readString, readText, soleOf } from "../../json/narrow.ts";
import type { AnswerDecoder } from "../../upstream/open-upstream.ts";
import type { Candidate, GenerateAnswer } from "./answer.ts";
import { createAnswerError } from "./answer-error.ts";
import { createPartDecoder } from "./decode-parts.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { mapUsage } from "./map-usage.ts";

export interface DecoderOptions {
  /** The requested model, used if the answer names none. */
  model: string;
  randomId(): string;
  warn?(warning: Warning): void;
}

/**
 * Google's answer, in chunks or whole → chat events. A stream has no end marker of its own: it is
 * complete if it ends after a chunk with a finish reason (or a blocked prompt). Usage or grounding
 * may follow that chunk.
 */
export function createAnswerDecoder(options: DecoderOptions): AnswerDecoder {
  const parts = createPartDecoder(options.randomId);
  /** Every field that the chat model has no equivalent for, with its latest value. */
  const extras: JsonObject = {};
  let started = false;
  let usage: Usage | null = null;
  let reportedUsage: Usage | null = null;
  let finishReason: string | undefined;
  let blockReason: string | undefined;

  function decodeChunk(chunk: GenerateAnswer, events: ChatEvent[]): void {
    const {
      candidates,
      promptFeedback,
      usageMetadata,
      modelVersion,
      responseId,
      error: _error,
      ...others
    } = chunk;
    const other = findAnswerError(
      chunk,
      "candidates" in chunk || Object.keys(chunk).some(isAnswerField),
    );
    if (other) throw createAnswerError(chunk, other);
    if (!started) {
      started = true;
      events.push({
        type: "start",
        id: readText(responseId) ?? `gen_${options.randomId()}`,
        model: readText(modelVersion) ?? options.model,
      });
    }
    Object.assign(extras, others);
    if (promptFeedback !== undefined) {
      extras.promptFeedback = promptFeedback;
      if (isJsonObject(promptFeedback))
        blockReason = readString(promptFeedback.blockReason) ?? blockReason;
    }
    for (const candidate of listOf(candidates, "candidates is not a list"))
      decodeCandidate(candidate, events);
    if (usageMetadata !== undefined) {
      extras.usageMetadata = usageMetadata;
      usage = mapUsage(usageMetadata) ?? usage;
    }
    // Every chunk has counts: the first ones hold the cost of the prompt, the last ones the total.
    const last = finishReason !== undefined || blockReason !== undefined;
    if (usage && usage !== reportedUsage && (last || !reportedUsage)) {
      reportedUsage = usage;
      events.push({ type: "usage", usage });
    }
  }

  function decodeCandidate(candidate: unknown, events: ChatEvent[]): void {
    if (!isJsonObject(candidate)) throw new Error("a candidate is not an object");
    const { content, finishReason: reason, index, ...others }: Candidate = candidate;
    // A second candidate is never requested; the chat model has one answer.
    if (typeof index === "number" && index > 0) return;
    Object.assign(extras, others);
    if (isJsonObject(content)) parts.decode(listOf(content.parts, "parts is not a list"), events);
    else if (content != null) throw new Error("content is not an object");
    finishReason = readReason(reason) ?? finishReason;
  }

  /** Pushes the terminal event if the answer is complete, and returns whether it is. */
  function finish(events: ChatEvent[], body?: JsonObject): boolean {
    const ending = readEnding();
    if (!ending) return false;
    parts.end(events);
    const end: EndEvent = { type: "end", ...ending, usage };
    const explanation = ending.finish_reason === "content_filter" ? readExplanation() : undefined;
    if (explanation !== undefined) end.refusal = explanation;
    if (!isEmptyObject(extras)) end.extras = { google: extras };
    if (body) end.body = body;
    events.push(end);
    return true;
  }

  function readExplanation(): string | undefined {
    const { promptFeedback: feedback, finishMessage } = extras;
    return (
      (isJsonObject(feedback) ? readText(feedback.blockReasonMessage) : undefined) ??
      readText(finishMessage)
    );
  }

  function readEnding() {
    if (blockReason !== undefined)
      return { finish_reason: "content_filter", raw_finish_reason: blockReason } as const;
    if (finishReason === undefined) return undefined;
    const mapped = mapFinishReason(finishReason, parts.called());
    if ("error" in mapped) {
      const message = `The model's answer failed (${finishReason.slice(0, 100)}).`;
      throw new ChatError(mapped.error, { upstreamCode: finishReason.slice(0, 100), message });
    }
    if (mapped.isUnknown) options.warn?.(warnUnknownFinish(finishReason));
    return { finish_reason: mapped.finish, raw_finish_reason: finishReason };
  }

  function finishWhole(events: ChatEvent[], body?: JsonObject): void {
    if (!finish(events, body)) throw new ChatError("upstream_incomplete");
  }

  return {
    decodeMessage({ event, data }, events) {
      const chunk = parseEvent(data);
      if (!chunk) return;
      const at = events.length;
      decodeChunk(chunk, events);
      const first = events[at];
      const raw = { event, data };
      if (first) first.raw = raw;
      else events.push({ type: "opaque", raw });
    },
    decodeEnd(events, rest) {
      const error = findBareError(rest);
      if (error) throw createAnswerError(soleOf(JSON.parse(rest)), error);
      finish(events);
    },
    decodeBody(body, events) {
      decodeChunk(body, events);
      finishWhole(events, body);
    },
    decodeList(items, events) {
      for (const item of items) decodeChunk(item, events);
      finishWhole(events);
    },
  };
}

/** An absent list is empty; any other value is content that would be lost silently. */
function listOf(value: unknown, otherwise: string): readonly unknown[] {
  if (value == null) return [];
  if (Array.isArray(value)) return value;
  throw new Error(otherwise);
}

/** Whether a field with this name is one of an answer. */
function isAnswerField(name: string): boolean {
  return ANSWER_FIELDS.has(name);
}

const ANSWER_FIELDS: ReadonlySet<string> = new Set([
  "candidates",
  "promptFeedback",
  "usageMetadata",
  "modelVersion",
  "responseId",
]);
