import * as z from "zod";
import { effortSchema } from "./request.ts";

/**
 * Everything in a chat request that a target may not support. Each provider declares how it handles
 * each of these, and each model which it refuses. Whatever is not supported is removed, with a
 * warning, before the provider sees the request, or refused in strict mode.
 */
export const PARAMETERS = [
  "temperature",
  "top_p",
  "max_tokens",
  "stop",
  "seed",
  "tools",
  "tool_choice",
  "tool_choice.required",
  "parallel_tool_calls",
  "reasoning.effort",
  "reasoning.budget_tokens",
  "reasoning.visible",
  "response_format.json",
  "response_format.json_schema",
  "cache",
  "metadata",
  "image.data",
  "image.url",
  "document.data",
  "document.url",
  "document.text",
  "tool_result.image",
  "tool_result.document",
] as const;
export const parameterSchema = z.enum(PARAMETERS);
export type Parameter = z.infer<typeof parameterSchema>;

/**
 * - `native`: sent as is.
 * - `mapped`: sent in another form with the same meaning, or a similar one with a warning.
 * - `dropped`: the vendor has no place for it.
 */
export type Capability = "native" | "mapped" | "dropped";

/** US dollars per million tokens. */
export const priceSchema = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  /** Default: the input price. */
  cached_input: z.number().min(0).optional(),
  /** A cache write kept for five minutes. Default: the input price. */
  cache_write: z.number().min(0).optional(),
  /** A cache write kept for an hour. Default: the price of a cache write. */
  cache_write_1h: z.number().min(0).optional(),
});
export type Price = z.infer<typeof priceSchema>;

/** The price of the whole call if its prompt has more than `above_input_tokens`. */
export const longPromptPriceSchema = z.strictObject({
  above_input_tokens: z.int().min(1),
  price: priceSchema,
});

/**
 * What is known about a model. A model that is not in the catalog still works, without a cost and
 * without refusals.
 */
export const modelInfoSchema = z.strictObject({
  /** The vendor's own id. */
  id: z.string().min(1),
  /** Absent for a model that chats. */
  kind: z.literal("embedding").optional(),
  /** The length of an embedding model's vectors, if the caller does not ask for shorter ones. */
  dimensions: z.int().min(1).optional(),
  /** Other names that callers may use; the vendor receives the id. */
  aliases: z.array(z.string().min(1)).optional(),
  /**
   * The vendor's other ids for it (dated snapshots); the vendor receives the one that the caller
   * used.
   */
  other_ids: z.array(z.string().min(1)).optional(),
  context_tokens: z.int().min(1).optional(),
  max_output_tokens: z.int().min(1).optional(),
  /** What this model refuses although its provider supports it. */
  refuses: z.array(parameterSchema).optional(),
  /** What it refuses unless `reasoning.effort` is `none`. */
  refuses_while_reasoning: z.array(parameterSchema).optional(),
  /**
   * How reasoning is set: not at all, by a token budget, by an effort, or as the model sees fit
   * within an effort.
   */
  reasoning: z.enum(["none", "budget", "effort", "adaptive"]).optional(),
  /**
   * The efforts that it supports, if it supports any; includes `none` if reasoning can be turned
   * off.
   */
  efforts: z.array(effortSchema).optional(),
  /** The smallest and the largest reasoning budget, if it supports budgets. */
  reasoning_budget: z
    .strictObject({ min: z.int().min(0), max: z.int().min(1).optional() })
    .optional(),
  /** The vendor's name for the setting that turns reasoning off, if this model has its own. */
  reasoning_off: z.string().min(1).optional(),
  /** False if it refuses to continue an assistant message at the end. */
  prefill: z.literal(false).optional(),
  price: priceSchema.optional(),
  long_prompt_price: longPromptPriceSchema.optional(),
  /** Announced prices: from this day on (UTC) they replace the ones above. Sorted by day. */
  price_changes: z
    .array(
      z.strictObject({
        from: z.iso.date(),
        price: priceSchema,
        long_prompt_price: longPromptPriceSchema.optional(),
      }),
    )
    .optional(),
  /** The day on which the prices were read (YYYY-MM-DD), and the page. */
  price_date: z.iso.date().optional(),
  price_source: z.string().optional(),
  /** The day on which the vendor turns the model off. */
  retires: z.iso.date().optional(),
});
export type ModelInfo = z.infer<typeof modelInfoSchema>;

/** The cost of one call in US dollars. */
export interface Cost {
  currency: "USD";
  input: number;
  output: number;
  total: number;
}
