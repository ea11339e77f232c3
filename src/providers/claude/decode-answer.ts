import type { ChatEvent, EndEvent, RawEvent, StartEvent, Warning } from "../../chat/event.ts";
import type { Extras } from "../../chat/format.ts";
import { ChatError } from "../../errors/chat-error.ts";
import {
  createInBandError,
  findAnswerError,
  findBareError,
  parseEvent,
} from "../../formats/answer-error.ts";
import { anthropicExtras } from "../../formats/anthropic-messages/extras.ts";
import { meaningOf } from "../../formats/anthropic-messages/stop-reason.ts";
import { failureOf, warnUnknownFinish } from "../../formats/finish-reasons.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readString, readText } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";
import type { AnswerDecoder } from "../../upstream/open-upstream.ts";
import { createUpstreamError } from "../../upstream/upstream-error.ts";
import { type BlockDecoder, createBlockDecoder, pushWholeBlock } from "./decode-block.ts";
import { type CallSummary, mapFinishReason, noteCall } from "./map-finish-reason.ts";
import { mapUsage, restOfUsage } from "./map-usage.ts";
import { createCallIdMender, mendStopReason } from "./mend-event.ts";
import { readErrorBody } from "./read-error.ts";

/** Fields of a message that the chat model expresses itself; all others become extras. */
const MESSAGE_FIELDS: ReadonlySet<string> = new Set([
  "id",
  "type",
  "role",
  "model",
  "content",
  "stop_reason",
  "usage",
]);
const DELTA_FIELDS: ReadonlySet<string> = new Set(["stop_reason"]);
const DELTA_EVENT_FIELDS: ReadonlySet<string> = new Set(["type", "delta", "usage"]);

/**
 * An answer of the Messages API → chat events. It succeeds only with `message_stop` after a stop
 * reason.
 */
export function createAnswerDecoder(warn?: (warning: Warning) => void): AnswerDecoder {
  let id: string | undefined;
  let stopReason: string | null = null;
  let usage: JsonObject = {};
  let rest: JsonObject = {};
  /** Set if another model continued the answer after the first one refused. */
  let lastModel: string | undefined;
  /** The vendor's indexes rise like ours, so both are the same. */
  let nextIndex = 0;
  const open = new Map<number, BlockDecoder>();
  const calls: CallSummary = { any: false, awaited: false };
  const mendCallId = createCallIdMender();

  function start(message: JsonObject, events: ChatEvent[], raw?: RawEvent): void {
    id = readText(message.id);
    const model = readText(message.model);
    if (id === undefined || model === undefined) throw invalid("message");
    const event: StartEvent = { type: "start", id, model };
    events.push(raw ? { ...event, raw } : event);
    noteStopReason(message);
    if (isJsonObject(message.usage)) usage = { ...message.usage };
    rest = omit(message, MESSAGE_FIELDS);
    if (!Array.isArray(message.content)) return;
    // A stream begins with an empty message, unless it continues a turn of Anthropic's code
    // execution.
    for (const block of message.content) {
      if (!isJsonObject(block)) throw invalid("block");
      noteCall(calls, block);
      mendCallId(block);
      pushWholeBlock(block, nextIndex, events);
      nextIndex += 1;
    }
  }

  function end(events: ChatEvent[], detail: { raw?: RawEvent; body?: JsonObject }): void {
    if (stopReason === null) throw invalid("stop_reason");
    const failure = failureOf(stopReason);
    if (failure !== undefined)
      throw new ChatError(failure, { upstreamCode: `stop_reason_${stopReason}` });
    const event: EndEvent = {
      type: "end",
      finish_reason: mapFinishReason(stopReason, calls),
      raw_finish_reason: stopReason,
      usage: mapUsage(usage),
      ...toMessageExtras(rest, usage),
      ...detail,
    };
    if (lastModel !== undefined) event.model = lastModel;
    const details = rest.stop_details;
    const explanation = isJsonObject(details) ? readText(details.explanation) : undefined;
    if (event.finish_reason === "content_filter" && explanation !== undefined)
      event.refusal = explanation;
    events.push(event);
  }

  /** Called before the event is emitted, so that the warning can still go out with it. */
  function noteStopReason(holder: JsonObject): void {
    const reason = readText(holder.stop_reason);
    if (reason === undefined || reason === stopReason) return;
    stopReason = reason;
    if (meaningOf(reason) === undefined && failureOf(reason) === undefined)
      warn?.(warnUnknownFinish(reason));
  }

  function blockAt(event: JsonObject): BlockDecoder {
    const block = typeof event.index === "number" ? open.get(event.index) : undefined;
    if (!block) throw invalid("index");
    return block;
  }

  function decodeEvent(event: JsonObject, raw: RawEvent, events: ChatEvent[]): void {
    switch (event.type) {
      case "message_start": {
        const message = isJsonObject(event.message) ? event.message : {};
        // Some gateways repeat the event. A different message inside an open one is a proxy's
        // broken retry.
        if (id !== undefined && message.id === id) events.push({ type: "opaque", raw });
        else if (id !== undefined) throw invalid("second_message");
        else {
          start(message, events, raw);
          const counted = mapUsage(usage);
          if (counted) events.push({ type: "usage", usage: counted });
        }
        return;
      }
      case "content_block_start": {
        if (id === undefined || event.index !== nextIndex || !isJsonObject(event.content_block))
          throw invalid("block_start");
        noteCall(calls, event.content_block);
        if (mendCallId(event.content_block)) raw.data = JSON.stringify(event);
        lastModel = successorIn(event.content_block) ?? lastModel;
        const block = createBlockDecoder(event.content_block, nextIndex);
        open.set(nextIndex, block);
        nextIndex += 1;
        block.start(raw, events);
        return;
      }
      case "content_block_delta":
        if (!isJsonObject(event.delta)) throw invalid("delta");
        blockAt(event).add(event.delta, raw, events);
        return;
      case "content_block_stop": {
        const block = blockAt(event);
        open.delete(block.index);
        block.end(raw, events);
        return;
      }
      case "message_delta": {
        if (id === undefined || !isJsonObject(event.delta)) throw invalid("message_delta");
        const { delta } = event;
        noteStopReason(delta);
        if (mendStopReason(delta, calls)) raw.data = JSON.stringify(event);
        rest = { ...rest, ...omit(delta, DELTA_FIELDS), ...omit(event, DELTA_EVENT_FIELDS) };
        if (isJsonObject(event.usage)) usage = mergeUsage(usage, event.usage);
        const counted = mapUsage(usage);
        events.push(counted ? { type: "usage", usage: counted, raw } : { type: "opaque", raw });
        return;
      }
      case "message_stop":
        if (id === undefined || open.size > 0) throw invalid("message_stop");
        end(events, { raw });
        return;
      case "error":
        throw failure(event);
      default:
        // `ping`, and events that are newer than this code. There is no event to attach them to
        // before the message has begun.
        if (id !== undefined) events.push({ type: "opaque", raw });
    }
  }

  return {
    decodeMessage({ event: name, data }, events) {
      const event = parseEvent(data);
      if (!event) return;
      const hasType = typeof event.type === "string";
      const error = event.type === "error" ? null : findAnswerError(event, hasType);
      if (error) throw createInBandError(error);
      if (typeof event.type !== "string") throw invalid("event");
      decodeEvent(event, { event: name === "" ? event.type : name, data }, events);
    },
    decodeEnd(_events, leftover) {
      const error = findBareError(leftover);
      if (error) throw createInBandError(error);
      if (id === undefined) throw invalid("empty");
    },
    decodeBody(body, events) {
      if (body.type === "error") throw failure(body);
      const isAnswer = body.type === "message" && Array.isArray(body.content);
      const error = findAnswerError(body, isAnswer);
      if (error) throw createInBandError(error);
      if (!isAnswer) throw invalid("body");
      start(body, events);
      mendStopReason(body, calls);
      end(events, { body });
    },
  };
}

function invalid(logReason: string): ChatError {
  return new ChatError("upstream_invalid_response", { logReason });
}

/** An error inside an answer with status 200. */
function failure(event: JsonObject): ChatError {
  const requestId = readString(event.request_id);
  const body = readErrorBody(event);
  return createUpstreamError(200, { ...body, code: body.code ?? "upstream_error" }, { requestId });
}

/** The model that continues the answer after this block. */
function successorIn({ type, to }: JsonObject): string | undefined {
  return type === "fallback" && isJsonObject(to) ? readString(to.model) : undefined;
}

/** A later count replaces an earlier one; a null leaves it unchanged. */
function mergeUsage(earlier: JsonObject, later: JsonObject): JsonObject {
  const merged = { ...earlier };
  for (const [name, value] of Object.entries(later)) if (value !== null) merged[name] = value;
  return merged;
}

/** What an answer holds besides its parts: `stop_details`, `container`, the finer counts, … */
function toMessageExtras(rest: JsonObject, usage: JsonObject): { extras?: Extras } {
  const fields: JsonObject = {};
  for (const [name, value] of Object.entries(rest)) if (value !== null) fields[name] = value;
  const counts = restOfUsage(usage);
  if (Object.keys(counts).length > 0) fields.usage = counts;
  return anthropicExtras.wrap(fields);
}
