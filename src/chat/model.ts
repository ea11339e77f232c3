import * as z from "zod/mini";
import { strictObject } from "../json/object-schema.ts";
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
export const priceSchema = strictObject({
  input: z.number().check(z.gte(0)),
  output: z.number().check(z.gte(0)),
  /** Default: the input price. */
  cached_input: z.optional(z.number().check(z.gte(0))),
  /** A cache write kept for five minutes. Default: the input price. */
  cache_write: z.optional(z.number().check(z.gte(0))),
  /** A cache write kept for an hour. Default: the price of a cache write. */
  cache_write_1h: z.optional(z.number().check(z.gte(0))),
});
export type Price = z.infer<typeof priceSchema>;

/** The price of the whole call if its prompt has more than `above_input_tokens`. */
export const longPromptPriceSchema = strictObject({
  above_input_tokens: z.int().check(z.gte(1)),
  price: priceSchema,
});

/**
 * What is known about a model. A model that is not in the catalog still works, without a cost and
 * without refusals.
 */
export const modelInfoSchema = strictObject({
  /** The vendor's own id. */
  id: z.string().check(z.minLength(1)),
  /** Absent for a model that chats. */
  kind: z.optional(z.literal("embedding")),
  /** The length of an embedding model's vectors, if the caller does not ask for shorter ones. */
  dimensions: z.optional(z.int().check(z.gte(1))),
  /** Other names that callers may use; the vendor receives the id. */
  aliases: z.optional(z.array(z.string().check(z.minLength(1)))),
  /**
   * The vendor's other ids for it (dated snapshots); the vendor receives the one that the caller
   * used.
   */
  other_ids: z.optional(z.array(z.string().check(z.minLength(1)))),
  context_tokens: z.optional(z.int().check(z.gte(1))),
  max_output_tokens: z.optional(z.int().check(z.gte(1))),
  /** What this model refuses although its provider supports it. */
  refuses: z.optional(z.array(parameterSchema)),
  /** What it refuses unless `reasoning.effort` is `none`. */
  refuses_while_reasoning: z.optional(z.array(parameterSchema)),
  /**
   * How reasoning is set: not at all, by a token budget, by an effort, or as the model sees fit
   * within an effort.
   */
  reasoning: z.optional(z.enum(["none", "budget", "effort", "adaptive"])),
  /**
   * The efforts that it supports, if it supports any; includes `none` if reasoning can be turned
   * off.
   */
  efforts: z.optional(z.array(effortSchema)),
  /** The smallest and the largest reasoning budget, if it supports budgets. */
  reasoning_budget: z.optional(
    strictObject({ min: z.int().check(z.gte(0)), max: z.optional(z.int().check(z.gte(1))) }),
  ),
  /** The vendor's name for the setting that turns reasoning off, if this model has its own. */
  reasoning_off: z.optional(z.string().check(z.minLength(1))),
  /** False if it refuses to continue an assistant message at the end. */
  prefill: z.optional(z.literal(false)),
  price: z.optional(priceSchema),
  long_prompt_price: z.optional(longPromptPriceSchema),
  /** Announced prices: from this day on (UTC) they replace the ones above. Sorted by day. */
  price_changes: z.optional(
    z.array(
      strictObject({
        from: z.iso.date(),
        price: priceSchema,
        long_prompt_price: z.optional(longPromptPriceSchema),
      }),
    ),
  ),
  /** The day on which the prices were read (YYYY-MM-DD), and the page. */
  price_date: z.optional(z.iso.date()),
  price_source: z.optional(z.string()),
  /** The day on which the vendor turns the model off. */
  retires: z.optional(z.iso.date()),
});
export type ModelInfo = z.infer<typeof modelInfoSchema>;

/** The cost of one call in US dollars. */
export interface Cost {
  currency: "USD";
  input: number;
  output: number;
  total: number;
}
