import type { ChatError } from "../errors/chat-error.ts";
import type { JsonObject } from "../json/json-object.ts";
import type { Extras, Format, Signature } from "./format.ts";
import type { Usage } from "./usage.ts";

export const FINISH_REASONS = ["stop", "length", "tool_calls", "content_filter"] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

/** The vendor's own stream event, exactly as read, for a caller who speaks the same format. */
export interface RawEvent {
  /** The SSE event name; empty if the format has none. */
  event: string;
  /** The SSE data, unchanged. */
  data: string;
}

/**
 * Something that the target does not support or that was changed on the way; reported in the
 * answer.
 */
export interface Warning {
  code:
    | "unsupported_parameter"
    | "adjusted_parameter"
    | "foreign_signature_dropped"
    | "foreign_content_dropped"
    /** About the answer: a call whose arguments are no JSON object. */
    | "tool_arguments_invalid"
    | "upstream_warning";
  /** The path in the request, as `temperature` or `messages[1].content[0]`. */
  param: string;
  message: string;
}

interface FromVendor {
  /**
   * Set on the first chat event that results from a vendor event and on no other, so that a dialect
   * of the same format writes each vendor event once. A vendor event without a meaning here is an
   * `opaque` event with its `raw`.
   */
  raw?: RawEvent;
}

export interface StartEvent extends FromVendor {
  type: "start";
  /** The vendor's id of the answer, or ours if it gives none. */
  id: string;
  /** The model that answers, as the vendor names it. */
  model: string;
}

export type PartKind = "text" | "reasoning" | "tool_call" | "opaque";

export type PartStartEvent = FromVendor & {
  type: "part-start";
  index: number;
  extras?: Extras;
} /** `refusal`: the text says why the model declines to answer. */ & (
    | { kind: "text"; refusal?: boolean }
    | { kind: "reasoning"; redacted?: boolean }
    | { kind: "tool_call"; id: string; name: string }
    /** A part in the vendor's own format; `value` is complete unless `part-end` replaces it. */
    | { kind: "opaque"; format: Format; value: JsonObject }
  );

export interface PartDeltaEvent extends FromVendor {
  type: "part-delta";
  index: number;
  /** Text of a text or reasoning part, or a fragment of a tool call's JSON arguments. */
  delta: string;
}

export interface PartEndEvent extends FromVendor {
  type: "part-end";
  index: number;
  signature?: Signature;
  extras?: Extras;
  /** The complete value of an opaque part that arrived in pieces. */
  value?: JsonObject;
}

export interface UsageEvent extends FromVendor {
  type: "usage";
  /** Cumulative: it replaces earlier counts. */
  usage: Usage;
}

/**
 * A vendor event without a meaning in the chat model; only a dialect of the same format writes it
 * out.
 */
export interface OpaqueEvent extends FromVendor {
  type: "opaque";
}

export interface EndEvent extends FromVendor {
  type: "end";
  finish_reason: FinishReason;
  /** The vendor's own finish reason; null if it gave none. */
  raw_finish_reason: string | null;
  usage: Usage | null;
  /**
   * Why the vendor declined to answer, in its own words, if it says so beside the answer's parts.
   */
  refusal?: string;
  /** The model that gave the answer, if another one began it. */
  model?: string;
  extras?: Extras;
  /**
   * The vendor's whole answer, if it was not streamed or its end marker repeats it: for a caller
   * who speaks the same format.
   */
  body?: JsonObject;
}

export interface ErrorEvent extends FromVendor {
  type: "error";
  error: ChatError;
}

export interface CancelledEvent extends FromVendor {
  type: "cancelled";
}

/**
 * The order is the same for every provider: `start` → (`part-start` → `part-delta`* → `part-end`)*
 * → `usage`? → exactly one of `end`, `error`, `cancelled`. Parts do not overlap: one ends before
 * the next one starts, since clients of the Responses API keep only one open. Indexes start at 0
 * and have no gaps. `usage` and `opaque` may come anywhere between `start` and the terminal event.
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

/** Whether this event ends the answer. */
export function isTerminal(
  event: ChatEvent | undefined,
): event is EndEvent | ErrorEvent | CancelledEvent {
  return event?.type === "end" || event?.type === "error" || event?.type === "cancelled";
}

/** The usage known after an event: every count, also one at the end, replaces the earlier one. */
export function usageAfter(event: ChatEvent, before: Usage | null): Usage | null {
  return event.type === "usage" || event.type === "end" ? (event.usage ?? before) : before;
}

/** The events decoded from one upstream read. */
export type EventBatch = readonly ChatEvent[];

/** Looks at an answer's events as they pass. */
export interface BatchObserver {
  observe(batch: EventBatch): void;
}

/**
 * An answer as it arrives. `read` gives the next batch, or null after the terminal event. It never
 * rejects: a failure is an `error` event.
 */
export interface EventStream {
  /** The format of its raw events and body; null if the provider has no format of its own. */
  readonly format: Format | null;
  read(): Promise<EventBatch | null>;
  /** Discards the rest and closes the connection to the upstream. Idempotent. */
  close(): void;
}
