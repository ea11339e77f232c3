import type { ChatEvent, EndEvent, PartEndEvent, PartStartEvent } from "../../chat/event.ts";
import { closePart } from "../../chat/fold-events.ts";
import type { Usage } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { openaiResponsesExtras } from "../../formats/openai-responses/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { omit } from "../../json/omit.ts";
import { nameModel } from "../answer-model.ts";
import type { AnswerContext, StreamEncoder } from "../dialect.ts";
import { encodeErrorBody } from "../openai-error.ts";
import { createPassThrough, type WriteRaw } from "../pass-through.ts";
import { createRestoreCall, namesOf } from "./caller-tool.ts";
import { encodeOutputItems, mintItemId } from "./encode-output-item.ts";
import { echoRequest, encodeAnswer, encodeAnswerId } from "./encode-response.ts";
import {
  createItemWriter,
  type ItemWriter,
  type TextKind,
  type WriteEvent,
  writeWholeItem,
} from "./write-item.ts";

/** A part whose item is being written. */
interface OpenItem {
  start: PartStartEvent;
  pieces: string;
  outputIndex: number;
  /** Set with the writer. */
  id?: string;
  /** Absent where the item is written at its end only: its id, or all of it, is not known before. */
  writer?: ItemWriter;
}

/** How an answer ended; nothing while it runs. */
interface Outcome {
  ending?: EndEvent;
  error?: { code: string; message: string };
  /** Fields beside the response. */
  further?: JsonObject;
}

/** What a vendor of this format says at the end beside the response, such as llama.cpp's `timings`. */
function vendorFields(end: EndEvent): JsonObject {
  return omit(openaiResponsesExtras.fields(end), SAID_IN_RESPONSE);
}

const SAID_IN_RESPONSE: ReadonlySet<string> = new Set(["service_tier"]);

/** The kinds of parts that are written as they come. */
const TEXT_KINDS = {
  text: "output_text",
  reasoning: "summary",
  tool_call: "arguments",
} as const satisfies Record<string, TextKind>;

/**
 * Chat events → the events of the Responses API, in the order and with the numbers that the official clients check. What came from a
 * provider of this format goes out as it came, event by event; only failures are then written here.
 */
export function createStreamEncoder(context: AnswerContext): StreamEncoder {
  let id = encodeAnswerId(context.requestId);
  let model: string | undefined;
  let sequence = 0;
  let usage: Usage | null = null;
  let echo: JsonObject | undefined;
  /** Whether items are written as they come, with ids of our own; else at their end, with the vendor's. */
  let isLive = false;
  /** Null where the item is not finished yet. */
  const output: (JsonObject | null)[] = [];
  const open: OpenItem[] = [];
  const restoreCall = createRestoreCall(context.request.tools);

  const write: WriteEvent = (type, fields) =>
    `event: ${type}\ndata: {"type":"${type}","sequence_number":${sequence++},${fields}}\n\n`;

  function writeAnswer(type: string, { ending, error, further = {} }: Outcome = {}): string {
    echo ??= echoRequest(context.request);
    const answer = encodeAnswer(
      {
        id,
        model: nameModel(model ?? context.target.model, context),
        output: output.filter((item) => item !== null),
        ...(ending ? { ending: { ...ending, usage: ending.usage ?? usage } } : {}),
        ...(error ? { error } : {}),
      },
      echo,
      context,
    );
    return write(type, JSON.stringify({ response: answer, ...further }).slice(1, -1));
  }

  /** First the event at which the clients throw, then the one by which the answer is known to have failed. */
  function writeFailure(error: ChatError): string {
    const body = encodeErrorBody(error);
    const { type: _type, ...flat } = body;
    return (
      write("error", `${JSON.stringify(flat).slice(1, -1)},"error":${JSON.stringify(body)}`) +
      writeAnswer("response.failed", {
        error: { code: body.code ?? "server_error", message: body.message },
      })
    );
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
    item.writer = createItemWriter(write, {
      id: itemId,
      outputIndex,
      kind: TEXT_KINDS[start.kind],
    });
    // A summary is begun with its first text: there may be none.
    return (
      item.writer.added({ ...unfinishedItem(start, itemId), ...(tool ? namesOf(tool) : {}) }) +
      (start.kind === "reasoning" ? "" : item.writer.textStart())
    );
  }

  function addDelta(index: number, delta: string): string {
    const item = open[index];
    if (!item || delta === "") return "";
    const isFirst = item.pieces === "";
    item.pieces += delta;
    if (!item.writer) return "";
    return (
      (isFirst && item.start.kind === "reasoning" ? item.writer.textStart() : "") +
      item.writer.textDelta(delta)
    );
  }

  function endPart(end: PartEndEvent): string {
    const item = open[end.index];
    if (!item) return "";
    const { writer, outputIndex, start } = item;
    // Clients that put the pieces together must get JSON also where the vendor sent none.
    let text = start.kind === "tool_call" && item.pieces === "" ? addDelta(end.index, "{}") : "";
    const [own, ...carriers] = encodeOutputItems(
      closePart({ ...item, end }),
      id,
      outputIndex,
      restoreCall,
    );
    if (own) {
      // Written as it came, an item has had an id from its beginning.
      if (item.id !== undefined) own.id = item.id;
      output[outputIndex] = own;
      if (!writer) text += writeWholeItem(write, own, outputIndex);
      else {
        if (start.kind !== "reasoning" || item.pieces !== "")
          text += writer.textEnd(item.pieces, own);
        text += writer.done(own);
      }
    }
    for (const carrier of carriers)
      text += writeWholeItem(write, carrier, output.push(carrier) - 1);
    return text;
  }

  function encodeOwn(event: ChatEvent): string {
    switch (event.type) {
      case "start":
        id = encodeAnswerId(event.id);
        model = event.model;
        isLive = context.format !== "openai_responses" || event.raw !== undefined;
        return writeAnswer("response.created") + writeAnswer("response.in_progress");
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
        const isIncomplete =
          event.finish_reason === "length" || event.finish_reason === "content_filter";
        const type = isIncomplete ? "response.incomplete" : "response.completed";
        return writeAnswer(type, { ending: event, further: vendorFields(event) });
      }
      case "error":
        return writeFailure(event.error);
      case "cancelled":
        return writeFailure(new ChatError("cancelled"));
    }
  }

  function encodeRaw(event: ChatEvent, writeRaw: WriteRaw): string {
    if (event.type === "start") ({ id, model } = event);
    if (event.raw) sequence += 1;
    return writeRaw(event.raw);
  }

  return {
    heartbeat: ": keep-alive\n\n",
    encode: createPassThrough("openai_responses", context, {
      encodeOwn,
      encodeRaw,
      // Clients refuse the events of llama.cpp's server, which number nothing; its first one has no time either.
      isReadable: ({ data }) =>
        !data.includes('"response.created"') || /"(?:created_at|sequence_number)"/.test(data),
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
