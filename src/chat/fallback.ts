import * as z from "zod";

/** Most targets of one call: the one that the caller names, and its fallbacks. */
export const MAX_TARGETS = 8;

const providerSchema = z.string().min(1).max(128);
const modelSchema = z.string().min(1).max(256);

/** A target to try if those before it fail, and the path of the caller's own field for it. */
export const fallbackSchema = z.strictObject({
  provider: providerSchema.optional(),
  model: modelSchema,
  param: z.string().min(1),
});
export type Fallback = z.infer<typeof fallbackSchema>;

/** `fallbacks` as callers write it: each a model's name, `provider/model`, or both in an object. */
export const fallbacksFieldSchema = z
  .array(
    z.union([
      modelSchema,
      z.strictObject({ provider: providerSchema.nullish(), model: modelSchema }),
    ]),
  )
  .max(MAX_TARGETS - 1)
  .describe(
    "Targets to try, in this order, if those before them fail before their first content: each a " +
      "name as in `model`, or an object.",
  );
export type FallbacksField = z.infer<typeof fallbacksFieldSchema>;

/** OpenRouter's `models`: targets in order, behind `model` or in its place. */
export const modelsFieldSchema = z
  .array(modelSchema)
  .min(1)
  .max(MAX_TARGETS)
  .describe("Targets to try in this order, behind `model` or in its place.");
export type ModelsField = z.infer<typeof modelsFieldSchema>;
