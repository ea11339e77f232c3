import type { Columns } from "./json-rows.ts";

/** What usage can be grouped and filtered by, besides time. Absent values are empty texts. */
export const DIMENSIONS = [
  "issuer",
  "tenant",
  "subject",
  "provider",
  "model",
  "dialect",
  "kind",
  "outcome",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

const DIMENSION_COLUMNS = {
  issuer: "text",
  tenant: "text",
  subject: "text",
  provider: "text",
  model: "text",
  dialect: "text",
  kind: "text",
  outcome: "text",
} as const satisfies Record<Dimension, "text">;

/** One row for each call. Money is in nano-dollars, so that sums are exact. */
export const CALL_COLUMNS = {
  /** The time at which the call ended and its request id: later rows have greater ids. */
  id: "text",
  request_id: "text",
  /** Milliseconds since 1970. */
  started_at: "integer",
  ended_at: "integer",
  ...DIMENSION_COLUMNS,
  /** 1 if the caller asked for a stream. */
  stream: "integer",
  /** 1 if it was answered after a failed attempt. */
  rescued: "integer",
  finish_reason: "text",
  usage_source: "text",
  input_tokens: "integer",
  output_tokens: "integer",
  cached_input_tokens: "integer",
  cache_write_input_tokens: "integer",
  reasoning_tokens: "integer",
  input_cost_nanos: "integer",
  output_cost_nanos: "integer",
  /** JSON: dollars for a million tokens. */
  price: "text",
  /** JSON: the list of attempts. */
  attempts: "text",
  duration_ms: "integer",
  first_content_ms: "integer",
} as const satisfies Columns;
export type CallRow = Readonly<Record<keyof typeof CALL_COLUMNS, string | number | null>>;

/** What is known only of some calls. */
export const NULLABLE: ReadonlySet<string> = new Set([
  "input_tokens",
  "output_tokens",
  "cached_input_tokens",
  "cache_write_input_tokens",
  "reasoning_tokens",
  "input_cost_nanos",
  "output_cost_nanos",
  "price",
  "first_content_ms",
]);

/** Sums over the calls of a quarter of an hour that agree in all dimensions. */
export const SUMS = [
  "calls",
  "streams",
  "errors",
  "rescued_calls",
  "unpriced_calls",
  "estimated_calls",
  "input_tokens",
  "output_tokens",
  "cached_input_tokens",
  "cache_write_input_tokens",
  "reasoning_tokens",
  "input_cost_nanos",
  "output_cost_nanos",
  "duration_ms",
] as const;
export type Sum = (typeof SUMS)[number];
export type Sums = Record<Sum, number>;

export const USAGE_KEY = { slot: "integer", ...DIMENSION_COLUMNS } as const satisfies Columns;
export const USAGE_COLUMNS: Columns = {
  ...USAGE_KEY,
  ...Object.fromEntries(SUMS.map((name) => [name, "integer"] as const)),
};

/**
 * All time zones in use differ from UTC by whole quarters of an hour, so the days of each of them
 * are made of whole slots.
 */
export const SLOT_MS = 15 * 60 * 1000;
