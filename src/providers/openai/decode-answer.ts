import type { ChatEvent, EndEvent, Warning } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { findAnswerError, findBareError, parseEvent } from "../../formats/answer-error.ts";
import { openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readObjects, readString, readText } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";
import type { AnswerDecoder } from "../../upstream/open-upstream.ts";
import type { TextPlace } from "./decode-item.ts";
import { createItemQueue, type ItemKey } from "./item-queue.ts";
import { createOutputSummary, mapFinishReason } from "./map-finish-reason.ts";
import { mapUsage } from "./map-usage.ts";
import { createCallMender } from "./mend-call.ts";
import { createEventMender } from "./mend-event.ts";
import { createInBandError } from "./read-error.ts";

export interface AnswerNames {
  /** Used if the vendor does not name its model. */
  model: string;
  /** For what the vendor's answer gives no id. */
  randomId(): string;
  warn?(warning: Warning): void;
}

/**
 * An answer of the Responses API → chat events. Deltas are matched to their item by `output_index`,
 * because some servers (Copilot) change an item's id from event to event; by the id if a server
 * numbers nothing (llama.cpp). Only `response.completed` and `response.incomplete` end an answer.
 */
export function createAnswerDecoder(names: AnswerNames): AnswerDecoder {
  const output = createOutputSummary();
  const queue = createItemQueue();
  const mendCall = createCallMender(names.randomId);
  const mender = createEventMender(names.randomId);
  /** The items that have come whole. */
  const finished: JsonObject[] = [];
  let started = false;
  let hasItems = false;
  /** Whether the vendor's own event was changed, for callers of the same format. */
  let mended = false;
  /**
   * Whether text came for an item that is not open. Only the finished response can still hold it.
   */
  let hasLostText = false;

  function start(response: JsonObject, events: ChatEvent[]): void {
    if (started) return;
    started = true;
    const id = readString(response.id) || `resp_${names.randomId()}`;
    events.push({ type: "start", id, model: readString(response.model) || names.model });
  }

  function addItem(item: JsonObject, key: ItemKey, events: ChatEvent[]): void {
    start({}, events);
    // Without a call's id yet, it gets one when it is finished.
    if (readText(item.call_id) !== undefined && mendCall(item, key)) mended = true;
    hasItems = true;
    queue.begin(item, key, events);
  }

  function finishItem(item: JsonObject, key: ItemKey, events: ChatEvent[]): void {
    start({}, events);
    hasItems = true;
    finished.push(item);
    if (!queue.finish(item, key, events)) hasLostText = true;
    output.add(item);
  }

  function addText(
    data: JsonObject,
    key: ItemKey,
    list: TextPlace["list"],
    events: ChatEvent[],
  ): void {
    const delta = readString(data.delta);
    if (delta && !queue.addText(key, placeOf(data, list), delta, events)) hasLostText = true;
  }

  /** Some servers (LM Studio) send a text only here, and not in pieces. */
  function endText(
    data: JsonObject,
    key: ItemKey,
    list: TextPlace["list"],
    events: ChatEvent[],
  ): void {
    const text = readString(data.text) ?? readString(data.refusal) ?? readString(data.arguments);
    if (text) queue.endText(key, placeOf(data, list), text, events);
  }

  /**
   * The vendor's own end: items that it left open or never streamed are read from the finished
   * response.
   */
  function finish(response: JsonObject, events: ChatEvent[], further: JsonObject = {}): void {
    start(response, events);
    const items = readObjects(response.output);
    items.forEach((item, index) => {
      const wasMended = mender.complete(item, index);
      if (mendCall(item, index, readString(item.id)) || wasMended) mended = true;
    });
    if (hasLostText && (hasItems || items.length === 0)) {
      throw new ChatError("upstream_invalid_response", { logReason: "delta_without_item" });
    }
    if (!hasItems) {
      items.forEach((item, index) => {
        finishItem(item, index, events);
      });
    }
    for (const [key, item] of queue.unfinished())
      finishItem(items.find(({ id }) => id !== undefined && id === item.id) ?? item, key, events);
    // ChatGPT's own server leaves them out here, and OpenAI's client looks for them nowhere else.
    if (items.length === 0 && finished.length > 0) {
      response.output = finished;
      mended = true;
    }
    const tier = readString(response.service_tier);
    const end: EndEvent = {
      type: "end",
      ...mapFinishReason(response, output, (warning) => names.warn?.(warning)),
      usage: mapUsage(response.usage),
      ...openaiResponsesExtras.wrap(defined({ ...further, service_tier: tier })),
    };
    end.body = response;
    events.push(end);
  }

  function fail(error: unknown, events: ChatEvent[]): void {
    events.push({ type: "error", error: createInBandError(isJsonObject(error) ? error : {}) });
  }

  function decodeData(data: JsonObject, key: ItemKey, events: ChatEvent[]): void {
    const response = isJsonObject(data.response) ? data.response : undefined;
    switch (data.type) {
      case "response.created":
      case "response.queued":
      case "response.in_progress":
        if (response) start(response, events);
        break;
      case "response.output_item.added":
        if (!isJsonObject(data.item)) break;
        if (mender.complete(data.item, data.output_index)) mended = true;
        addItem(data.item, key, events);
        break;
      case "response.output_item.done":
        if (!isJsonObject(data.item)) break;
        if (mender.complete(data.item, data.output_index)) mended = true;
        if (mendCall(data.item, key)) mended = true;
        finishItem(data.item, key, events);
        break;
      case "response.output_text.delta":
      case "response.refusal.delta":
      case "response.reasoning_text.delta":
        addText(data, key, "content", events);
        break;
      case "response.reasoning_summary_text.delta":
        addText(data, key, "summary", events);
        break;
      case "response.function_call_arguments.delta":
        addText(data, key, "arguments", events);
        break;
      case "response.output_text.done":
      case "response.refusal.done":
      case "response.reasoning_text.done":
        endText(data, key, "content", events);
        break;
      case "response.reasoning_summary_text.done":
        endText(data, key, "summary", events);
        break;
      case "response.function_call_arguments.done":
        endText(data, key, "arguments", events);
        break;
      case "response.completed":
      case "response.incomplete":
        if (!response)
          throw new ChatError("upstream_invalid_response", { logReason: "no_response" });
        refuseFailed(response);
        if (data.type === "response.incomplete") response.status = "incomplete";
        finish(response, events, omit(data, EVENT_FIELDS));
        break;
      case "response.failed":
        fail(response?.error, events);
        break;
      case "response.cancelled":
        events.push({
          type: "error",
          error: new ChatError("upstream_incomplete", { upstreamCode: "cancelled" }),
        });
        break;
      case "error":
        // The documented form is flat, the real one is nested.
        fail(isJsonObject(data.error) ? data.error : data, events);
        break;
      case undefined: {
        const error = findAnswerError(data, false);
        if (error) fail(error, events);
      }
    }
  }

  return {
    decodeMessage(message, events) {
      if (message.data === "[DONE]") return;
      const data = parseEvent(message.data);
      if (!data) return;
      const at = events.length;
      // Unnumbered items are read by their ids, since such servers do not end one before the next.
      const key = keyOf(data);
      mended = mender.name(data, message.event);
      if (mender.number(data)) mended = true;
      decodeData(data, key, events);
      const raw = mended ? { ...message, data: JSON.stringify(data) } : message;
      const first = events[at];
      if (first) first.raw = raw;
      else if (started) events.push({ type: "opaque", raw });
    },
    decodeEnd(_events, leftover) {
      const error = findBareError(leftover);
      if (error) throw createInBandError(error);
    },
    decodeBody(body, events) {
      refuseFailed(body);
      if (!Array.isArray(body.output)) {
        // Some servers report a failure with status 200.
        const error = findAnswerError(body, false);
        throw error
          ? createInBandError(error)
          : new ChatError("upstream_invalid_response", { logReason: "no_output" });
      }
      finish(body, events);
    },
  };
}

/** Throws for a response that failed, whatever else it says of itself. */
function refuseFailed(response: JsonObject): void {
  const { status } = response;
  const failure = findAnswerError(response, true);
  if (failure || status === "failed") throw createInBandError(failure ?? {});
  if (status === "queued" || status === "in_progress" || status === "cancelled")
    throw new ChatError("upstream_incomplete", { upstreamCode: status });
}

/** What every last event has; a server's own fields beside it are carried. */
const EVENT_FIELDS: ReadonlySet<string> = new Set(["type", "response", "sequence_number"]);

function keyOf({ output_index: index, item_id: itemId, item }: JsonObject): ItemKey {
  if (typeof index === "number") return index;
  return readString(itemId) ?? (isJsonObject(item) ? readString(item.id) : undefined);
}

function placeOf(data: JsonObject, list: TextPlace["list"]): TextPlace {
  const at = list === "summary" ? data.summary_index : data.content_index;
  const isRefusal = data.type === "response.refusal.delta" || data.type === "response.refusal.done";
  return { list, at: typeof at === "number" ? at : 0, isRefusal };
}
