import * as z from "zod/mini";
import { strictObject } from "../json/object-schema.ts";

/** Most targets of one call: the one that the caller names, and its fallbacks. */
export const MAX_TARGETS = 8;

const providerSchema = z.string().check(z.minLength(1), z.maxLength(128));
const modelSchema = z.string().check(z.minLength(1), z.maxLength(256));

/** A target to try if those before it fail, and the path of the caller's own field for it. */
export const fallbackSchema = strictObject({
  provider: z.optional(providerSchema),
  model: modelSchema,
  param: z.string().check(z.minLength(1)),
});
export type Fallback = z.infer<typeof fallbackSchema>;

/** `fallbacks` as callers write it: each a model's name, `provider/model`, or both in an object. */
export const fallbacksFieldSchema = z
  .array(
    z.union([
      modelSchema,
      strictObject({ provider: z.nullish(providerSchema), model: modelSchema }),
    ]),
  )
  .check(z.maxLength(MAX_TARGETS - 1))
  .register(z.globalRegistry, {
    description:
      "Targets to try, in this order, if those before them fail before their first content: each a " +
      "name as in `model`, or an object.",
  });
export type FallbacksField = z.infer<typeof fallbacksFieldSchema>;

/** OpenRouter's `models`: targets in order, behind `model` or in its place. */
export const modelsFieldSchema = z
  .array(modelSchema)
  .check(z.minLength(1), z.maxLength(MAX_TARGETS))
  .register(z.globalRegistry, {
    description: "Targets to try in this order, behind `model` or in its place.",
  });
export type ModelsField = z.infer<typeof modelsFieldSchema>;
