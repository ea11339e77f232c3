import { ChatError } from "../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import type { ChatEvent, EventBatch, EventStream, PartEndEvent, PartStartEvent } from "./event.ts";
import type { Part } from "./part.ts";
import type { ChatResponse } from "./response.ts";
import type { Usage } from "./usage.ts";

/** The pieces of a tool call's arguments → what a tool-call part holds. An empty text means no arguments. */
export function parseArguments(text: string): { arguments: JsonObject; arguments_text?: string } {
  if (text === "") return { arguments: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return { arguments: {}, arguments_text: text };
    return JSON.stringify(value) === text
      ? { arguments: value }
      : { arguments: value, arguments_text: text };
  } catch {
    return { arguments: {}, arguments_text: text };
  }
}

/** A part's events: where it began, its deltas joined, and where it ended. */
export interface OpenPart {
  start: PartStartEvent;
  pieces: string;
  end?: PartEndEvent;
}

/** A part's events → the part. */
export function closePart({ start, pieces, end }: OpenPart): Part {
  const extras = end?.extras ?? start.extras;
  const carried = {
    ...(end?.signature ? { signature: end.signature } : {}),
    ...(extras ? { extras } : {}),
  };
  switch (start.kind) {
    case "text":
      return { type: "text", text: pieces, ...carried };
    case "reasoning":
      return {
        type: "reasoning",
        text: pieces,
        ...(start.redacted ? { redacted: true } : {}),
        ...carried,
      };
    case "tool_call":
      return {
        type: "tool_call",
        id: start.id,
        name: start.name,
        ...parseArguments(pieces),
        ...carried,
      };
    case "opaque":
      return { type: "opaque", format: start.format, value: end?.value ?? start.value };
  }
}

/** A fold of chat events that can be fed batch by batch; `response` throws the answer's own error if it ended in one. */
export interface EventFold {
  add(batch: EventBatch): void;
  /** The usage seen so far, also of an answer that failed. */
  usage(): Usage | null;
  response(): ChatResponse;
}

export function createEventFold(format: EventStream["format"]): EventFold {
  let id = "";
  let model = "";
  let usage: Usage | null = null;
  let terminal: Extract<ChatEvent, { type: "end" | "error" | "cancelled" }> | undefined;
  const parts: OpenPart[] = [];

  function add(batch: EventBatch): void {
    for (const event of batch) {
      switch (event.type) {
        case "start":
          id = event.id;
          model = event.model;
          break;
        case "part-start":
          parts[event.index] = { start: event, pieces: "" };
          break;
        case "part-delta": {
          const part = parts[event.index];
          if (part) part.pieces += event.delta;
          break;
        }
        case "part-end": {
          const part = parts[event.index];
          if (part) part.end = event;
          break;
        }
        case "usage":
          usage = event.usage;
          break;
        case "end":
          usage = event.usage ?? usage;
          model = event.model ?? model;
          terminal = event;
          break;
        case "error":
        case "cancelled":
          terminal = event;
          break;
        case "opaque":
          break;
      }
    }
  }

  function response(): ChatResponse {
    if (!terminal) throw new ChatError("upstream_incomplete");
    if (terminal.type === "error") throw terminal.error;
    if (terminal.type === "cancelled") throw new ChatError("cancelled");
    return {
      id,
      model,
      content: parts.map(closePart),
      finish_reason: terminal.finish_reason,
      raw_finish_reason: terminal.raw_finish_reason,
      usage,
      ...(terminal.extras ? { extras: terminal.extras } : {}),
      ...(terminal.body && format ? { body: { format, value: terminal.body } } : {}),
    };
  }

  return { add, usage: () => usage, response };
}

/** Reads a whole answer: the fold of all its events. Throws the error with which it ended. */
export async function foldEvents(stream: EventStream): Promise<ChatResponse> {
  const fold = createEventFold(stream.format);
  for (let batch = await stream.read(); batch; batch = await stream.read()) fold.add(batch);
  return fold.response();
}
