import type { ChatEvent, EndEvent, PartEndEvent, PartStartEvent } from "../../chat/event.ts";
import { closePart } from "../../chat/fold-events.ts";
import type { Usage } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { omit } from "../../json/omit.ts";
import { nameModel } from "../answer-model.ts";
import type { AnswerContext, StreamEncoder } from "../dialect.ts";
import { encodeErrorBody } from "../openai-error.ts";
import { addWarnings, createPassThrough, type WriteRaw } from "../pass-through.ts";
import { createRestoreCall, namesOf } from "./caller-tool.ts";
import {
  createItemEncoder,
  type EncodeEvent,
  encodeWholeItem,
  type ItemEncoder,
  type TextKind,
} from "./encode-item-events.ts";
import { encodeOutputItems, encodeRefusalItem, mintItemId } from "./encode-output-item.ts";
import { answerId, echoRequest, encodeAnswer, encodeAnswerId } from "./encode-response.ts";
import { mapFinishReason } from "./map-finish-reason.ts";

/** A part whose item is being encoded. */
interface OpenItem {
  start: PartStartEvent;
  pieces: string;
  outputIndex: number;
  /** Set with the encoder. */
  id?: string;
  /**
   * Absent if the item is only encoded at its end, because its id or content is not known before.
   */
  encoder?: ItemEncoder;
}

/** How an answer ended; nothing while it runs. */
interface Outcome {
  ending?: EndEvent;
  error?: { code: string; message: string };
  /** Fields beside the response. */
  further?: JsonObject;
}

/**
 * What a vendor of this format says at the end beside the response, such as llama.cpp's `timings`.
 */
function vendorFields(end: EndEvent): JsonObject {
  return omit(openaiResponsesExtras.fields(end), SAID_IN_RESPONSE);
}

const SAID_IN_RESPONSE: ReadonlySet<string> = new Set(["service_tier"]);

/** Where the response begins in an event; within a text, quotes are escaped. */
const RESPONSE = /"response"\s*:\s*\{/;

/** An event that only follows the first one. */
const LATER = /"type"\s*:\s*"response\.(?!created")/;

/** The kinds of parts that are encoded as they arrive. */
const TEXT_KINDS = {
  text: "output_text",
  reasoning: "summary",
  tool_call: "arguments",
} as const satisfies Record<string, TextKind>;

/**
 * Chat events → the events of the Responses API, in the order and with the numbers that the
 * official clients check; or the vendor's own events if the answer came in this format.
 */
export function createStreamEncoder(context: AnswerContext, written = 0): StreamEncoder {
  let id = encodeAnswerId(context.requestId);
  /** The vendor's id of a kept answer, as JSON: it goes out under this server's. */
  let foreignId: string | undefined;
  let model: string | undefined;
  let sequence = written;
  let usage: Usage | null = null;
  let echo: JsonObject | undefined;
  /**
   * Whether items are written as they come, with ids of our own; else at their end, with the
   * vendor's.
   */
  let isLive = false;
  /** Null until the item is finished. */
  const output: (JsonObject | null)[] = [];
  const open: OpenItem[] = [];
  const restoreCall = createRestoreCall(context.request.tools);

  const encodeSse: EncodeEvent = (type, fields) =>
    `event: ${type}\ndata: {"type":"${type}","sequence_number":${sequence++},${fields}}\n\n`;

  function encodeAnswerEvent(type: string, { ending, error, further = {} }: Outcome = {}): string {
    echo ??= echoRequest(context.request);
    const answer = encodeAnswer(
      {
        id,
        model: nameModel(model ?? context.target.model, context),
        output: output.filter((item) => item !== null),
        ...defined({
          ending: ending ? { ...ending, usage: ending.usage ?? usage } : undefined,
          error,
        }),
      },
      echo,
      context,
    );
    return encodeSse(type, JSON.stringify({ response: answer, ...further }).slice(1, -1));
  }

  /** Clients throw at the first event; the second one marks the response as failed. */
  function encodeFailure(error: ChatError): string {
    const body = encodeErrorBody(error);
    const { type: _type, ...flat } = body;
    return (
      encodeSse("error", `${JSON.stringify(flat).slice(1, -1)},"error":${JSON.stringify(body)}`) +
      encodeAnswerEvent("response.failed", {
        error: { code: body.code ?? "server_error", message: body.message },
      })
    );
  }

  function addRefusal(refusal: string): string {
    const item = encodeRefusalItem(refusal, id, output.length);
    return encodeWholeItem(encodeSse, item, output.push(item) - 1);
  }

  function startPart(start: PartStartEvent): string {
    const outputIndex = output.push(null) - 1;
    const item: OpenItem = { start, pieces: "", outputIndex };
    open[start.index] = item;
    const tool = start.kind === "tool_call" ? restoreCall(start) : undefined;
    // Free text comes wrapped in JSON, which is whole at the end alone.
    if (start.kind === "opaque" || tool?.custom || !isLive) return "";
    const itemId = mintItemId(start.kind, id, outputIndex);
    item.id = itemId;
    item.encoder = createItemEncoder(encodeSse, {
      id: itemId,
      outputIndex,
      kind: start.kind === "text" && start.refusal ? "refusal" : TEXT_KINDS[start.kind],
    });
    // A summary starts with its first text, because there may be none.
    return (
      item.encoder.added({ ...unfinishedItem(start, itemId), ...(tool ? namesOf(tool) : {}) }) +
      (start.kind === "reasoning" ? "" : item.encoder.textStart())
    );
  }

  function addDelta(index: number, delta: string): string {
    const item = open[index];
    if (!item || delta === "") return "";
    const isFirst = item.pieces === "";
    item.pieces += delta;
    if (!item.encoder) return "";
    return (
      (isFirst && item.start.kind === "reasoning" ? item.encoder.textStart() : "") +
      item.encoder.textDelta(delta)
    );
  }

  function endPart(end: PartEndEvent): string {
    const item = open[end.index];
    if (!item) return "";
    const { encoder, outputIndex, start } = item;
    // Clients parse the joined arguments, so they must be JSON even if the vendor sent none.
    let text = start.kind === "tool_call" && item.pieces === "" ? addDelta(end.index, "{}") : "";
    const [own, ...signatureItems] = encodeOutputItems(
      closePart({ ...item, end }),
      id,
      outputIndex,
      restoreCall,
    );
    if (own) {
      // Written as it came, an item has had an id from its beginning.
      if (item.id !== undefined) own.id = item.id;
      output[outputIndex] = own;
      if (!encoder) text += encodeWholeItem(encodeSse, own, outputIndex);
      else {
        if (start.kind !== "reasoning" || item.pieces !== "")
          text += encoder.textEnd(item.pieces, own);
        text += encoder.done(own);
      }
    }
    for (const item of signatureItems)
      text += encodeWholeItem(encodeSse, item, output.push(item) - 1);
    return text;
  }

  function encodeOwn(event: ChatEvent): string {
    switch (event.type) {
      case "start":
        id = answerId(event.id, context);
        model = event.model;
        isLive = context.format !== "openai_responses" || event.raw !== undefined;
        return encodeAnswerEvent("response.created") + encodeAnswerEvent("response.in_progress");
      case "part-start":
        return startPart(event);
      case "part-delta":
        return addDelta(event.index, event.delta);
      case "part-end":
        return endPart(event);
      case "usage":
        usage = event.usage;
        return "";
      case "opaque":
        return "";
      case "end": {
        const refusal = event.refusal === undefined ? "" : addRefusal(event.refusal);
        const isIncomplete = mapFinishReason(event.finish_reason) !== undefined;
        const type = isIncomplete ? "response.incomplete" : "response.completed";
        const further = vendorFields(event);
        return refusal + encodeAnswerEvent(type, { ending: event, further });
      }
      case "error":
        return encodeFailure(event.error);
      case "cancelled":
        return encodeFailure(new ChatError("cancelled"));
    }
  }

  function encodeRaw(event: ChatEvent, writeRaw: WriteRaw): string {
    if (event.type === "start") {
      model = event.model;
      id = context.kept ? answerId(event.id, context) : event.id;
      if (context.kept) foreignId = JSON.stringify(event.id);
    }
    if (event.raw) sequence += 1;
    const isLast = event.type === "end" && event.raw;
    const text = writeRaw(isLast ? addWarnings(isLast, RESPONSE, context) : event.raw);
    return foreignId === undefined ? text : text.replaceAll(foreignId, JSON.stringify(id));
  }

  return {
    heartbeat: ": keep-alive\n\n",
    get written() {
      return sequence;
    },
    encode: createPassThrough("openai_responses", context, {
      encodeOwn,
      encodeRaw,
      // Clients refuse a stream that begins otherwise, and the events of llama.cpp's server, whose
      // first one has neither number nor time.
      isReadable: ({ data }) =>
        !LATER.test(data) &&
        (!data.includes('"response.created"') || /"(?:created_at|sequence_number)"/.test(data)),
    }),
  };
}

function unfinishedItem(
  start: Exclude<PartStartEvent, { kind: "opaque" }>,
  id: string,
): JsonObject {
  switch (start.kind) {
    case "text":
      return { id, type: "message", status: "in_progress", role: "assistant", content: [] };
    case "reasoning":
      return { id, type: "reasoning", summary: [] };
    case "tool_call":
      return {
        id,
        type: "function_call",
        status: "in_progress",
        call_id: start.id,
        name: start.name,
        arguments: "",
      };
  }
}
