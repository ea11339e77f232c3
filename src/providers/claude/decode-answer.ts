import type { ChatEvent, EndEvent, RawEvent, StartEvent, Warning } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import {
  createInBandError,
  findAnswerError,
  findBareError,
  parseEvent,
} from "../../formats/answer-error.ts";
import { failureOf, finishOf, warnUnknownFinish } from "../../formats/finish-reasons.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readString, readText } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";
import type { SseMessage } from "../../stream/sse-decode.ts";
import type { AnswerDecoder } from "../../upstream/open-upstream.ts";
import { createUpstreamError } from "../../upstream/upstream-error.ts";
import { createBlockSequence } from "./block-sequence.ts";
import { type CallSummary, mapFinishReason, noteCall } from "./map-finish-reason.ts";
import { mapUsage, mergeUsage } from "./map-usage.ts";
import { BlockMender, mendMessage, mendMessageDelta, mendStopReason } from "./mend-event.ts";
import { toMessageExtras } from "./message-extras.ts";
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
/** The end marker of OpenAI's API, which some servers send in the place of Anthropic's. */
const DONE = "[DONE]";
const DELTA_FIELDS: ReadonlySet<string> = new Set(["stop_reason"]);
const DELTA_EVENT_FIELDS: ReadonlySet<string> = new Set(["type", "delta", "usage"]);

export interface AnswerDecoderOptions {
  /** The requested model, used if the answer does not name one. */
  model: string;
  randomId(): string;
  warn?(warning: Warning): void;
}

/**
 * An answer of the Messages API → chat events. It succeeds only with `message_stop` (or the
 * `[DONE]` of a server that mixes two APIs) after a stop reason.
 */
export function createAnswerDecoder(options: AnswerDecoderOptions): AnswerDecoder {
  return new MessageDecoder(options);
}

class MessageDecoder implements AnswerDecoder {
  readonly #options: AnswerDecoderOptions;
  #id: string | undefined;
  #stopReason: string | null = null;
  #usage: JsonObject = {};
  #rest: JsonObject = {};
  /** Set if another model continued the answer after the first one refused. */
  #lastModel: string | undefined;
  readonly #blocks = createBlockSequence();
  readonly #calls: CallSummary = { any: false, awaited: false };
  readonly #mender: BlockMender;

  constructor(options: AnswerDecoderOptions) {
    this.#options = options;
    this.#mender = new BlockMender(options.randomId);
  }

  decodeMessage({ event: name, data }: SseMessage, events: ChatEvent[]): void {
    const isEnd = data === DONE || (name === "message_stop" && /^\s*\{\s*\}\s*$/.test(data));
    const event: JsonObject | null = isEnd ? { type: "message_stop" } : parseEvent(data);
    if (!event) return;
    // Some servers have the type only there.
    const isUntyped = event.type === undefined && name !== "";
    if (isUntyped) event.type = name;
    const hasType = typeof event.type === "string";
    const error = event.type === "error" ? null : findAnswerError(event, hasType);
    if (error) throw createInBandError(error);
    if (typeof event.type !== "string") throw invalid("event");
    const raw = { event: name === "" ? event.type : name, data };
    if (isEnd || isUntyped) raw.data = JSON.stringify(event);
    this.#decodeEvent(event, raw, events);
  }

  decodeEnd(_events: ChatEvent[], leftover: string): void {
    const error = findBareError(leftover);
    if (error) throw createInBandError(error);
    if (this.#id === undefined) throw invalid("empty");
  }

  decodeBody(body: JsonObject, events: ChatEvent[]): void {
    if (body.type === "error") throw failure(body);
    if (body.type === "message" && typeof body.content === "string")
      body.content = [{ type: "text", text: body.content }];
    const isAnswer = (body.type ?? "message") === "message" && Array.isArray(body.content);
    const error = findAnswerError(body, isAnswer);
    if (error) throw createInBandError(error);
    if (!isAnswer) throw invalid("body");
    this.#start(body, events);
    mendStopReason(body, this.#calls);
    this.#end(events, { body });
  }

  #start(message: JsonObject, events: ChatEvent[], raw?: RawEvent): void {
    const id = readText(message.id) ?? `msg_${this.#options.randomId()}`;
    const model = readText(message.model) ?? this.#options.model;
    this.#id = id;
    const event: StartEvent = { type: "start", id, model };
    events.push(raw ? { ...event, raw } : event);
    this.#noteStopReason(message);
    if (isJsonObject(message.usage)) this.#usage = { ...message.usage };
    this.#rest = omit(message, MESSAGE_FIELDS);
    if (mendMessage(message, id, model) && raw)
      raw.data = JSON.stringify({ type: "message_start", message });
    if (!Array.isArray(message.content)) return;
    // A stream begins with an empty message, unless it continues a turn of Anthropic's code
    // execution.
    for (const block of message.content) {
      if (!isJsonObject(block)) throw invalid("block");
      noteCall(this.#calls, block);
      this.#mender.mend(block);
      this.#blocks.push(block, events);
    }
  }

  #end(events: ChatEvent[], detail: { raw?: RawEvent; body?: JsonObject }): void {
    const stopReason = this.#stopReason;
    if (stopReason === null) throw invalid("stop_reason");
    const failure = failureOf(stopReason);
    if (failure !== undefined)
      throw new ChatError(failure, { upstreamCode: `stop_reason_${stopReason}` });
    const event: EndEvent = {
      type: "end",
      finish_reason: mapFinishReason(stopReason, this.#calls),
      raw_finish_reason: stopReason,
      usage: mapUsage(this.#usage),
      ...toMessageExtras(this.#rest, this.#usage),
      ...detail,
    };
    if (this.#lastModel !== undefined) event.model = this.#lastModel;
    const details = this.#rest.stop_details;
    const explanation = isJsonObject(details) ? readText(details.explanation) : undefined;
    if (event.finish_reason === "content_filter" && explanation !== undefined)
      event.refusal = explanation;
    events.push(event);
  }

  /** Called before the event is emitted, so that the warning can still go out with it. */
  #noteStopReason(holder: JsonObject): void {
    const reason = readText(holder.stop_reason);
    if (reason === undefined || reason === this.#stopReason) return;
    this.#stopReason = reason;
    if (finishOf(reason) === undefined && failureOf(reason) === undefined)
      this.#options.warn?.(warnUnknownFinish(reason));
  }

  #decodeEvent(event: JsonObject, raw: RawEvent, events: ChatEvent[]): void {
    switch (event.type) {
      case "message_start": {
        const message = isJsonObject(event.message) ? event.message : {};
        // Some gateways repeat the event. A different message inside an open one is a proxy's
        // broken retry.
        if (this.#id !== undefined && message.id === this.#id) events.push({ type: "opaque", raw });
        else if (this.#id !== undefined) throw invalid("second_message");
        else {
          this.#start(message, events, raw);
          const counted = mapUsage(this.#usage);
          if (counted) events.push({ type: "usage", usage: counted });
        }
        return;
      }
      case "content_block_start": {
        const { content_block: block } = event;
        if (this.#id === undefined || !isJsonObject(block)) throw invalid("block_start");
        noteCall(this.#calls, block);
        if (this.#mender.mend(block)) raw.data = JSON.stringify(event);
        this.#lastModel = successorIn(block) ?? this.#lastModel;
        this.#blocks.start(event, block, raw, events);
        return;
      }
      case "content_block_delta":
        if (!isJsonObject(event.delta)) throw invalid("delta");
        this.#blocks.add(event, event.delta, raw, events);
        return;
      case "content_block_stop":
        this.#blocks.stop(event, raw, events);
        return;
      case "message_delta": {
        if (this.#id === undefined || !isJsonObject(event.delta)) throw invalid("message_delta");
        const { delta } = event;
        this.#blocks.close(events);
        this.#noteStopReason(delta);
        this.#rest = {
          ...this.#rest,
          ...omit(delta, DELTA_FIELDS),
          ...omit(event, DELTA_EVENT_FIELDS),
        };
        if (isJsonObject(event.usage)) this.#usage = mergeUsage(this.#usage, event.usage);
        const counted = mapUsage(this.#usage);
        events.push(counted ? { type: "usage", usage: counted, raw } : { type: "opaque", raw });
        const mended = [mendStopReason(delta, this.#calls), mendMessageDelta(event)];
        if (mended.includes(true)) raw.data = JSON.stringify(event);
        return;
      }
      case "message_stop":
        if (this.#id === undefined) throw invalid("message_stop");
        this.#blocks.close(events);
        this.#end(events, { raw });
        return;
      case "error":
        throw failure(event);
      default:
        // `ping`, and events that are newer than this code. There is no event to attach them to
        // before the message has begun.
        if (this.#id !== undefined) events.push({ type: "opaque", raw });
    }
  }
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
