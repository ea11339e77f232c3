import { ChatError } from "../errors/chat-error.ts";
import { defined } from "../json/defined.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import {
  type BatchObserver,
  type CancelledEvent,
  type EndEvent,
  type ErrorEvent,
  type EventBatch,
  type EventStream,
  isTerminal,
  type PartEndEvent,
  type PartStartEvent,
  usageAfter,
} from "./event.ts";
import type { Part } from "./part.ts";
import type { ChatResponse } from "./response.ts";
import type { Usage } from "./usage.ts";

/**
 * The joined pieces of a tool call's arguments → the fields of a tool-call part. Empty text means
 * no arguments.
 */
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

/** A part's events: its start, its joined deltas and its end. */
export interface OpenPart {
  start: PartStartEvent;
  pieces: string;
  end?: PartEndEvent;
}

/** A part's events → the part. */
export function closePart({ start, pieces, end }: OpenPart): Part {
  const common = defined({ signature: end?.signature, extras: end?.extras ?? start.extras });
  switch (start.kind) {
    case "text":
      return {
        type: "text",
        text: pieces,
        ...(start.refusal ? { refusal: true } : {}),
        ...common,
      };
    case "reasoning":
      return {
        type: "reasoning",
        text: pieces,
        ...(start.redacted ? { redacted: true } : {}),
        ...common,
      };
    case "tool_call":
      return {
        type: "tool_call",
        id: start.id,
        name: start.name,
        ...parseArguments(pieces),
        ...common,
      };
    case "opaque":
      return { type: "opaque", format: start.format, value: end?.value ?? start.value };
  }
}

/** An answer's batches → the whole answer. Throws the error with which the answer ended. */
export function foldBatches(
  batches: Iterable<EventBatch>,
  format: EventStream["format"],
): ChatResponse {
  let id = "";
  let model = "";
  let usage: Usage | null = null;
  let terminal: EndEvent | ErrorEvent | CancelledEvent | undefined;
  const parts: OpenPart[] = [];

  for (const batch of batches) {
    for (const event of batch) {
      usage = usageAfter(event, usage);
      switch (event.type) {
        case "start":
          ({ id, model } = event);
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
        case "end":
          model = event.model ?? model;
          terminal = event;
          break;
        case "error":
        case "cancelled":
          terminal = event;
          break;
        case "usage":
        case "opaque":
          break;
      }
    }
  }

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
    ...defined({
      refusal: terminal.refusal,
      extras: terminal.extras,
      body: terminal.body && format ? { format, value: terminal.body } : undefined,
    }),
  };
}

/**
 * Reads a whole answer, and shows each batch to the observer as it is read. Throws the error with
 * which it ended.
 */
export async function foldEvents(
  stream: EventStream,
  observer?: BatchObserver,
): Promise<ChatResponse> {
  const batches: EventBatch[] = [];
  for (;;) {
    const batch = await stream.read();
    if (!batch) break;
    observer?.observe(batch);
    batches.push(batch);
    if (isTerminal(batch[batch.length - 1])) break;
  }
  return foldBatches(batches, stream.format);
}
