import type { ChatEvent, EndEvent, PartEndEvent, PartStartEvent } from "../../chat/event.ts";
import { closePart } from "../../chat/fold-events.ts";
import type { Usage } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import type { AnswerContext, StreamEncoder } from "../dialect.ts";
import { encodeErrorBody } from "../openai-error.ts";
import { createPassThrough, encodeRawEvent } from "../pass-through.ts";
import {
  createItemEncoder,
  type EncodeEvent,
  encodeWholeItem,
  type ItemEncoder,
  type TextKind,
} from "./encode-item-events.ts";
import { encodeOutputItems, mintItemId } from "./encode-output-item.ts";
import { echoRequest, encodeAnswer, encodeAnswerId } from "./encode-response.ts";
import { mapFinishReason } from "./map-finish-reason.ts";

/** A part whose item is being encoded. */
interface OpenItem {
  start: PartStartEvent;
  pieces: string;
  outputIndex: number;
  /**
   * Absent if the item is only encoded at its end, because its id or content is not known before.
   */
  encoder?: ItemEncoder;
}

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
export function createStreamEncoder(context: AnswerContext): StreamEncoder {
  let id = encodeAnswerId(context.requestId);
  let model: string | undefined;
  let sequence = 0;
  let usage: Usage | null = null;
  let echo: JsonObject | undefined;
  /** Null until the item is finished. */
  const output: (JsonObject | null)[] = [];
  const open: OpenItem[] = [];

  const encodeSse: EncodeEvent = (type, fields) =>
    `event: ${type}\ndata: {"type":"${type}","sequence_number":${sequence++},${fields}}\n\n`;

  function encodeAnswerEvent(
    type: string,
    ending?: EndEvent,
    error?: { code: string; message: string },
  ): string {
    echo ??= echoRequest(context.request);
    const answer = encodeAnswer(
      {
        id,
        model: model ?? context.target.model,
        output: output.filter((item) => item !== null),
        ...defined({
          ending: ending ? { ...ending, usage: ending.usage ?? usage } : undefined,
          error,
        }),
      },
      echo,
      context,
    );
    return encodeSse(type, `"response":${JSON.stringify(answer)}`);
  }

  /** Clients throw at the first event; the second one marks the response as failed. */
  function encodeFailure(error: ChatError): string {
    const body = encodeErrorBody(error);
    const { type: _type, ...flat } = body;
    return (
      encodeSse("error", `${JSON.stringify(flat).slice(1, -1)},"error":${JSON.stringify(body)}`) +
      encodeAnswerEvent("response.failed", undefined, {
        code: body.code ?? "server_error",
        message: body.message,
      })
    );
  }

  function startPart(start: PartStartEvent): string {
    const outputIndex = output.push(null) - 1;
    const item: OpenItem = { start, pieces: "", outputIndex };
    open[start.index] = item;
    if (start.kind === "opaque" || context.format === "openai_responses") return "";
    const itemId = mintItemId(start.kind, id, outputIndex);
    item.encoder = createItemEncoder(encodeSse, {
      id: itemId,
      outputIndex,
      kind: TEXT_KINDS[start.kind],
    });
    // A summary starts with its first text, because there may be none.
    return (
      item.encoder.added(unfinishedItem(start, itemId)) +
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
    );
    if (own) {
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
        id = encodeAnswerId(event.id);
        model = event.model;
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
        const isIncomplete = mapFinishReason(event.finish_reason) !== undefined;
        return encodeAnswerEvent(
          isIncomplete ? "response.incomplete" : "response.completed",
          event,
        );
      }
      case "error":
        return encodeFailure(event.error);
      case "cancelled":
        return encodeFailure(new ChatError("cancelled"));
    }
  }

  function encodeRaw(event: ChatEvent): string {
    if (event.type === "start") ({ id, model } = event);
    if (event.raw) sequence += 1;
    return encodeRawEvent(event.raw);
  }

  return {
    heartbeat: ": keep-alive\n\n",
    encode: createPassThrough("openai_responses", context, { encodeOwn, encodeRaw }),
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
