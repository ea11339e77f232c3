import * as z from "zod/mini";
import { ATTEMPT_REASONS } from "../../chat/attempt.ts";
import { FINISH_REASONS } from "../../chat/event.ts";
import { extrasSchema } from "../../chat/format.ts";
import { partSchema } from "../../chat/part.ts";
import { jsonObjectSchema } from "../../json/json-object.ts";
import { strictObject } from "../../json/object-schema.ts";

/** Token counts; null if the vendor did not report one. */
export const usageSchema = strictObject({
  input_tokens: z.int(),
  output_tokens: z.int(),
  cached_input_tokens: z.nullable(z.int()),
  cache_write_input_tokens: z.nullable(z.int()),
  reasoning_tokens: z.nullable(z.int()),
  total_tokens: z.int(),
});

/** The cost of the call in US dollars, by the catalog's prices. */
export const costSchema = strictObject({
  currency: z.literal("USD"),
  input: z.number(),
  output: z.number(),
  total: z.number(),
});

export const warningSchema = strictObject({
  code: z.string(),
  param: z.string(),
  message: z.string(),
});

export const attemptSchema = strictObject({
  provider: z.string(),
  model: z.string(),
  outcome: z.string().register(z.globalRegistry, {
    description:
      "`ok` if the answer began, `skipped` if the target was not called, else the code of the " +
      "error.",
  }),
  reason: z.optional(z.enum(ATTEMPT_REASONS)).register(z.globalRegistry, {
    description: "Why the target was skipped, or what its failure was in more detail.",
  }),
  duration_ms: z.number().register(z.globalRegistry, {
    description: "Milliseconds until the first content, or the failure.",
  }),
  cost: z.nullable(costSchema).register(z.globalRegistry, {
    description: "What the attempt cost; null if that is unknown, as for most that failed.",
  }),
});

/** What every answer reports about itself, whole or streamed. */
export const endingShape = {
  finish_reason: z.enum(FINISH_REASONS),
  raw_finish_reason: z.nullable(z.string()),
  refusal: z.optional(z.string()).register(z.globalRegistry, {
    description:
      "Why the vendor declined to answer, in its own words, if it says so beside the text.",
  }),
  usage: z.nullable(usageSchema),
  usage_complete: z.boolean(),
  cost: z.nullable(costSchema),
  warnings: z.array(warningSchema),
  attempts: z.array(attemptSchema),
  extras: z.optional(extrasSchema),
};

/** The body of a 200 response of `POST /chat`. */
export const chatResponseSchema = strictObject({
  id: z.string(),
  request_id: z.string(),
  role: z.literal("assistant"),
  provider: z.string(),
  model: z.string(),
  /** The answer's text parts, joined. */
  text: z.string(),
  content: z.array(partSchema),
  tool_calls: z.array(
    strictObject({
      id: z.string(),
      name: z.string(),
      arguments: z.nullable(jsonObjectSchema).register(z.globalRegistry, {
        description: "Null if what the model wrote is not a JSON object.",
      }),
      arguments_text: z
        .optional(z.string())
        .register(z.globalRegistry, { description: "What the model wrote, if that is not JSON." }),
    }),
  ),
  ...endingShape,
});
export type ChatResponseBody = z.infer<typeof chatResponseSchema>;

/** A limit of the token, and how much of it is used. Dollars are dollars; all else is counted. */
export const limitReportSchema = strictObject({
  per: z.enum(["token", "session", "subject", "tenant", "issuer"]),
  kind: z.enum(["requests", "tokens", "concurrent", "usd"]),
  limit: z.number(),
  used: z.number(),
  /** What running calls may still use. */
  reserved: z.number(),
  resets_at: z.nullable(z.string()),
});

/** The body of every answer that is not a 200, and the `error` of a stream's terminal event. */
export const errorSchema = strictObject({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  request_id: z.string(),
  /** The path of the field that is wrong. */
  param: z.optional(z.string()),
  /** Seconds. */
  retry_after: z.optional(z.number()),
  /** What the vendor reported: its status, error code and request id. */
  upstream: z.optional(
    strictObject({
      status: z.optional(z.int()),
      code: z.optional(z.string()),
      request_id: z.optional(z.string()),
    }),
  ),
  /** The limit that refused the call. */
  limit: z.optional(limitReportSchema),
});
export type ErrorBody = z.infer<typeof errorSchema>;
export const errorResponseSchema = strictObject({
  error: errorSchema,
  attempts: z.optional(z.array(attemptSchema)).register(z.globalRegistry, {
    description: "What was tried before the call failed; absent if nothing was.",
  }),
});

/** The body of a 200 of `POST /chat` with `dry_run`. */
export const dryRunSchema = strictObject({
  dry_run: z.literal(true),
  request_id: z.string(),
  targets: z
    .array(
      strictObject({
        provider: z.string(),
        model: z.string(),
        warnings: z.array(warningSchema),
        error: z
          .nullable(errorSchema)
          .register(z.globalRegistry, { description: "Why this target would refuse the request." }),
        estimated_cost: z.nullable(costSchema).register(z.globalRegistry, {
          description: "If the answer is as long as it may be; null if the model has no price.",
        }),
      }),
    )
    .register(z.globalRegistry, { description: "In the order in which they would be tried." }),
  skipped: z.array(attemptSchema),
  deadline_ms: z.nullable(z.number()),
  hedge_after_ms: z.nullable(z.number()),
  limits: z
    .array(limitReportSchema)
    .register(z.globalRegistry, { description: "How the token's limits stand now." }),
});
export type DryRunBody = z.infer<typeof dryRunSchema>;
