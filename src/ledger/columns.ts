import * as z from "zod/mini";
import { priceSchema } from "../chat/model.ts";
import { USAGE_SOURCES } from "../telemetry/call-record.ts";
import type { Columns } from "./database.ts";

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

/**
 * One row for each call. What is searched or sorted has a column; the rest is in the JSON of
 * `details`, as each further column costs every call.
 */
export const CALL_COLUMNS = {
  /** The time at which the call ended and a part of its request id: later rows have greater ids. */
  id: "text",
  ...DIMENSION_COLUMNS,
  duration_ms: "integer",
  /** Null if no content arrived. */
  first_content_ms: "integer",
  details: "text",
} as const satisfies Columns;

/** What is known only of some calls. */
export const NULLABLE: ReadonlySet<string> = new Set(["first_content_ms"]);

const count = z.nullable(z.number());

/** The rest of a call. Money is in nano-dollars, so that sums are exact. */
export const callDetailsSchema = z.object({
  request_id: z.string(),
  /** Milliseconds since 1970. */
  started_at: z.number(),
  ended_at: z.number(),
  stream: z.boolean(),
  rescued: z.boolean(),
  finish_reason: z.nullable(z.string()),
  usage_source: z.enum(USAGE_SOURCES),
  input_tokens: count,
  output_tokens: count,
  cached_input_tokens: count,
  cache_write_input_tokens: count,
  reasoning_tokens: count,
  input_cost_nanos: count,
  output_cost_nanos: count,
  /** Dollars for a million tokens. */
  price: z.nullable(priceSchema),
  attempts: z.array(z.looseObject({ provider: z.string(), model: z.string() })),
});
export type CallDetails = Readonly<z.infer<typeof callDetailsSchema>>;

/** A row before its details are JSON. */
export type CallRow = Readonly<Record<Dimension, string>> & {
  readonly id: string;
  readonly duration_ms: number;
  readonly first_content_ms: number | null;
  readonly details: CallDetails;
};

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
