import type { ChatEvent, RawEvent, Warning } from "../../chat/event.ts";
import type { Usage } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";
import type { SseMessage } from "../../stream/sse-decode.ts";
import type { AnswerDecoder } from "../../upstream/open-upstream.ts";
import { findAnswerError, findBareError, parseEvent } from "../answer-error.ts";
import { createExtrasCollector } from "./collect-extras.ts";
import { decodeDelta } from "./decode-delta.ts";
import { DONE } from "./format.ts";
import { mapUsage } from "./map-usage.ts";
import { bringsMore, createChunkMender, mendBody } from "./mend-chunk.ts";
import { createPartAssembler } from "./part-assembler.ts";
import { createInBandError } from "./read-error.ts";
import { createToolCallAssembler } from "./tool-call-assembler.ts";
import { createFinishTracker, type Seen } from "./track-finish.ts";

export interface AnswerDecoderOptions {
  /** The requested model, used if the answer does not name one. */
  model: string;
  randomId(): string;
  warn?(warning: Warning): void;
  /**
   * Whether we asked for usage and the caller did not: the chunk that holds only usage is then not
   * passed through.
   */
  hideUsageChunk?: boolean;
}

/**
 * A Chat Completions answer, streamed or whole → chat events. A stream is complete at `[DONE]`, or
 * at its end if there was a `finish_reason` (some servers leave `[DONE]` out). An answer without
 * any `finish_reason`, or with an empty one, is complete if it was counted: the usage is only sent
 * at the end, and Snowflake never sends a reason (recorded).
 */
export function createAnswerDecoder(options: AnswerDecoderOptions): AnswerDecoder {
  const parts = createPartAssembler();
  const calls = createToolCallAssembler(parts, options.randomId);
  const extras = createExtrasCollector();
  const mendChunk = createChunkMender();
  let started = false;
  /** Events that come before the answer has an id: Azure sends its verdict on the prompt first. */
  const held: RawEvent[] = [];
  const finish = createFinishTracker(options.warn);
  /** The index of the first choice, which is the answer. */
  let ownIndex: number | undefined;
  let counted = false;
  let usage: Usage | null = null;

  function start(answer: JsonObject, events: ChatEvent[]): void {
    started = true;
    const [first, ...others] = held;
    const id = readText(answer.id) ?? `chatcmpl-${options.randomId()}`;
    const model = readText(answer.model) ?? options.model;
    events.push(first ? { type: "start", id, model, raw: first } : { type: "start", id, model });
    for (const raw of others) events.push({ type: "opaque", raw });
  }

  function noteUsage(answer: JsonObject, events: ChatEvent[]): void {
    const found =
      mapUsage(answer.usage) ??
      (isJsonObject(answer.x_groq) ? mapUsage(answer.x_groq.usage) : null);
    if (!found) return;
    usage = found;
    if (started) events.push({ type: "usage", usage: found });
  }

  const seen: Seen = {
    get toolCall() {
      return calls.seen;
    },
    get refusal() {
      return parts.refused;
    },
  };

  function end(events: ChatEvent[], body?: JsonObject): void {
    calls.check();
    parts.close(events);
    const found = extras.extras();
    events.push({
      type: "end",
      finish_reason: finish.end(seen),
      raw_finish_reason: finish.word,
      usage,
      ...defined({ extras: found, body }),
    });
  }

  /** Some servers stream the answer as one whole message. After deltas it only repeats them. */
  function wholeMessage(choice: JsonObject): JsonObject | undefined {
    return isJsonObject(choice.message) && !parts.any && !calls.seen ? choice.message : undefined;
  }

  /** Returns whether the chunk is passed through to a caller of the same format. */
  function decodeChunk(chunk: JsonObject, raw: RawEvent, events: ChatEvent[]): boolean {
    const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined;
    if (isJsonObject(choice) && typeof choice.index === "number") {
      ownIndex ??= choice.index;
      // No more than one answer is asked for.
      if (choice.index !== ownIndex) return false;
    }
    if (!started) {
      if (!isJsonObject(choice) && readText(chunk.id) === undefined) {
        held.push(raw);
        return false;
      }
      start(chunk, events);
    }
    let mended = false;
    if (isJsonObject(choice)) {
      if (choice.delta != null && !isJsonObject(choice.delta))
        throw new ChatError("upstream_invalid_response", { logReason: "delta" });
      const delta = choice.delta ?? wholeMessage(choice);
      if (delta) {
        mended = decodeDelta(delta, parts, calls, events, false);
        if (Array.isArray(delta.annotations)) extras.add({ annotations: delta.annotations });
      }
      finish.note(choice);
      if (finish.word !== null) extras.add(choice);
    }
    if (finish.word !== null) extras.add(chunk);
    noteUsage(chunk, events);
    if (isJsonObject(choice) && finish.mend(choice, seen)) mended = true;
    const isUsageChunk = choice === undefined && isJsonObject(chunk.usage);
    counted ||= isUsageChunk;
    return show(chunk, raw, mended, options.hideUsageChunk === true && isUsageChunk);
  }

  /**
   * Makes of the vendor's chunk what its caller can read; false if there is nothing in it for the
   * caller.
   */
  function show(chunk: JsonObject, raw: RawEvent, mended: boolean, hideUsage: boolean): boolean {
    // OpenAI's client throws at an event without choices, such as a ping.
    if (!Array.isArray(chunk.choices)) return false;
    if (hideUsage) {
      if (!bringsMore(chunk)) return false;
      const { usage: _usage, ...rest } = chunk;
      raw.data = JSON.stringify(rest);
    } else if (mendChunk(chunk) || mended) raw.data = JSON.stringify(chunk);
    return true;
  }

  function decodeMessage({ event, data }: SseMessage, events: ChatEvent[]): void {
    const first = events.length;
    const raw: RawEvent = { event, data };
    let shown = true;
    if (data === DONE) {
      if (finish.word === null && !counted) throw new ChatError("upstream_incomplete");
      end(events);
    } else {
      const chunk = parseEvent(data);
      if (!chunk) return;
      const error =
        findAnswerError(chunk, hasChoices(chunk)) ??
        findChoiceError(chunk) ??
        (event === "error" ? chunk : null);
      if (error) {
        noteUsage(chunk, events);
        throw createInBandError(error);
      }
      shown = decodeChunk(chunk, raw, events);
    }
    if (!shown) return;
    attachRaw(raw, events, first);
  }

  return {
    decodeMessage,
    decodeEnd(events, leftover) {
      const error = findBareError(leftover);
      if (error) throw createInBandError(error);
      if (finish.word !== null) end(events);
    },
    decodeBody(body, events) {
      const error = findAnswerError(body, hasChoices(body)) ?? findChoiceError(body);
      if (error) throw createInBandError(error);
      const choice: unknown = Array.isArray(body.choices) ? body.choices[0] : undefined;
      if (!isJsonObject(choice) || !isJsonObject(choice.message))
        throw new ChatError("upstream_invalid_response", { logReason: "no_choice" });
      start(body, events);
      decodeDelta(choice.message, parts, calls, events, true);
      finish.note(choice);
      for (const fields of [body, choice, choice.message]) extras.add(fields);
      noteUsage(body, events);
      if (finish.word === null && !usage) throw new ChatError("upstream_incomplete");
      finish.mend(choice, seen);
      mendBody(body);
      end(events, body);
    },
  };
}

/**
 * Puts the vendor's event on the first of its chat events. The start may have an earlier one
 * already.
 */
function attachRaw(raw: RawEvent, events: ChatEvent[], first: number): void {
  for (let at = first; at < events.length; at++) {
    const event = events[at];
    if (event && event.raw === undefined) {
      event.raw = raw;
      return;
    }
  }
  events.push({ type: "opaque", raw });
}

function hasChoices({ choices }: JsonObject): boolean {
  return Array.isArray(choices) && choices.length > 0;
}

/** OpenRouter says in the choice that its provider failed behind what has come. */
function findChoiceError({ choices }: JsonObject): JsonObject | null {
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  return isJsonObject(choice) ? findAnswerError({ error: choice.error }, true) : null;
}
