import type { ChatError } from "../errors/chat-error.ts";
import type { JsonObject } from "../json/json-object.ts";
import type { Extras, Format, Signature } from "./format.ts";
import type { Usage } from "./usage.ts";

export const FINISH_REASONS = ["stop", "length", "tool_calls", "content_filter"] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

/**
 * The vendor's own stream event, exactly as it was read, for a caller who speaks the same format.
 */
export interface RawEvent {
  /** The SSE event name; empty where the format has none. */
  event: string;
  /** The SSE data, as it came. */
  data: string;
}

/**
 * Something that the target could not take or that was changed on the way; told to the caller in
 * the answer.
 */
export interface Warning {
  code:
    | "unsupported_parameter"
    | "adjusted_parameter"
    | "foreign_signature_dropped"
    | "foreign_content_dropped"
    | "upstream_warning";
  /** The path in the request, as `temperature` or `messages[1].content[0]`. */
  param: string;
  message: string;
}

interface Carrier {
  /**
   * Set on the first chat event that comes from a vendor's event, and on no other, so that a
   * dialect of the same format can write each vendor event once. An event that means nothing to us
   * is an `opaque` event with its `raw`.
   */
  raw?: RawEvent;
}

export interface StartEvent extends Carrier {
  type: "start";
  /** The vendor's id of the answer, or ours where it gives none. */
  id: string;
  /** The model that answers, in the vendor's words. */
  model: string;
}

export type PartKind = "text" | "reasoning" | "tool_call" | "opaque";

export type PartStartEvent = Carrier & { type: "part-start"; index: number; extras?: Extras } & (
    | { kind: "text" }
    | { kind: "reasoning"; redacted?: boolean }
    | { kind: "tool_call"; id: string; name: string }
    /**
     * A part in the vendor's own words; `value` is complete, except for what a `part-end` puts in
     * its place.
     */
    | { kind: "opaque"; format: Format; value: JsonObject }
  );

export interface PartDeltaEvent extends Carrier {
  type: "part-delta";
  index: number;
  /** Text of a text or reasoning part, or a fragment of a tool call's JSON arguments. */
  delta: string;
}

export interface PartEndEvent extends Carrier {
  type: "part-end";
  index: number;
  signature?: Signature;
  extras?: Extras;
  /** The finished value of an opaque part whose pieces came one by one. */
  value?: JsonObject;
}

export interface UsageEvent extends Carrier {
  type: "usage";
  /** Cumulative: it replaces what came before. */
  usage: Usage;
}

/**
 * A vendor event with no meaning in the chat model; only a dialect of the same format writes it
 * out.
 */
export interface OpaqueEvent extends Carrier {
  type: "opaque";
}

export interface EndEvent extends Carrier {
  type: "end";
  finish_reason: FinishReason;
  /** The vendor's own word, null where it gave none. */
  raw_finish_reason: string | null;
  usage: Usage | null;
  /** The model that gave the answer, where it is not the one that began it. */
  model?: string;
  extras?: Extras;
  /**
   * The vendor's whole answer, where it was not streamed or its end mark repeats it: for a caller
   * who speaks the same format.
   */
  body?: JsonObject;
}

export interface ErrorEvent extends Carrier {
  type: "error";
  error: ChatError;
}

export interface CancelledEvent extends Carrier {
  type: "cancelled";
}

/**
 * In this order, from every provider: `start` → (`part-start` → `part-delta`* → `part-end`)* →
 * `usage`? → exactly one of `end`, `error`, `cancelled`. Parts may overlap (their deltas name them
 * by index); indexes rise from 0 without gaps. `usage` and `opaque` may come anywhere between
 * `start` and the terminal event.
 */
export type ChatEvent =
  | StartEvent
  | PartStartEvent
  | PartDeltaEvent
  | PartEndEvent
  | UsageEvent
  | OpaqueEvent
  | EndEvent
  | ErrorEvent
  | CancelledEvent;

/** Whether an answer is over with this event. */
export function isTerminal(
  event: ChatEvent | undefined,
): event is EndEvent | ErrorEvent | CancelledEvent {
  return event?.type === "end" || event?.type === "error" || event?.type === "cancelled";
}

/**
 * The usage that is known after an event: each count, and one at the end, replaces what came
 * before.
 */
export function usageAfter(event: ChatEvent, before: Usage | null): Usage | null {
  return event.type === "usage" || event.type === "end" ? (event.usage ?? before) : before;
}

/** The events decoded from one upstream read. */
export type EventBatch = readonly ChatEvent[];

/**
 * An answer as it arrives. `read` gives the next batch, or null after the terminal event; it never
 * rejects: a failure is an `error` event.
 */
export interface EventStream {
  /** Whose raw events and body it carries; null where the provider has no format of its own. */
  readonly format: Format | null;
  read(): Promise<EventBatch | null>;
  /** Gives up the rest: the upstream's connection is closed. Idempotent. */
  close(): void;
}
