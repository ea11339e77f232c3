import * as z from "zod";
import { effortSchema } from "./request.ts";

/**
 * Everything in a chat request that some target cannot take. A provider says for each how it takes it, a model which it refuses;
 * what is not taken is removed before the provider sees the request, with a warning (or refused, in strict mode).
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

/** `native`: sent as it is. `mapped`: sent in another form with the same meaning, or a near one with a warning. `dropped`: the vendor has no place for it. */
export type Capability = "native" | "mapped" | "dropped";

/** US dollars for a million tokens. */
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

/** Another price for the whole call where the prompt is larger than `above_input_tokens`. */
export const longPromptPriceSchema = z.strictObject({
  above_input_tokens: z.int().min(1),
  price: priceSchema,
});

/** What is known of a model. A model that is not in the catalog still works, without cost figures and without refusals. */
export const modelInfoSchema = z.strictObject({
  /** The vendor's own id. */
  id: z.string().min(1),
  /** Other names that callers may use; the vendor is sent the id. */
  aliases: z.array(z.string().min(1)).optional(),
  /** The vendor's own other names of it (dated snapshots); the vendor is sent what the caller said. */
  other_ids: z.array(z.string().min(1)).optional(),
  context_tokens: z.int().min(1).optional(),
  max_output_tokens: z.int().min(1).optional(),
  /** What this model refuses though its provider can take it. */
  refuses: z.array(parameterSchema).optional(),
  /** What it refuses unless `reasoning.effort` is `none`. */
  refuses_while_reasoning: z.array(parameterSchema).optional(),
  /** How the model thinks: not at all, by a token budget, by an effort level, or as it sees fit within an effort. */
  reasoning: z.enum(["none", "budget", "effort", "adaptive"]).optional(),
  /** The efforts that it takes, where it takes efforts; `none` where its thinking can be switched off. */
  efforts: z.array(effortSchema).optional(),
  /** The smallest and the largest thinking budget that it takes, where it takes budgets. */
  reasoning_budget: z
    .strictObject({ min: z.int().min(0), max: z.int().min(1).optional() })
    .optional(),
  /** The vendor's word for thinking switched off, where this model has one of its own. */
  reasoning_off: z.string().min(1).optional(),
  price: priceSchema.optional(),
  long_prompt_price: longPromptPriceSchema.optional(),
  /** Prices that the vendor has announced: from this day on (UTC) they stand in the place of the ones above. In order of their days. */
  price_changes: z
    .array(
      z.strictObject({
        from: z.iso.date(),
        price: priceSchema,
        long_prompt_price: longPromptPriceSchema.optional(),
      }),
    )
    .optional(),
  /** When the prices were read (YYYY-MM-DD) and where. */
  price_date: z.iso.date().optional(),
  price_source: z.string().optional(),
  /** The day on which the vendor switches the model off. */
  retires: z.iso.date().optional(),
});
export type ModelInfo = z.infer<typeof modelInfoSchema>;

/** US dollars of one call. */
export interface Cost {
  currency: "USD";
  input: number;
  output: number;
  total: number;
}
