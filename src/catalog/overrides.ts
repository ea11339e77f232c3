import * as z from "zod/mini";
import { type ModelInfo, modelInfoSchema } from "../chat/model.ts";
import { jsonVariable } from "../env/json-variable.ts";

/** `MODEL_CATALOG`: the operator's own models by provider name, which extend or replace ours. */
const overridesSchema = z.record(z.string().check(z.minLength(1)), z.array(modelInfoSchema));
export type CatalogOverrides = z.infer<typeof overridesSchema>;

/** The catalog's variables. */
export const catalogEnv = {
  MODEL_CATALOG: z
    .optional(jsonVariable(overridesSchema))
    .check(
      z.describe(
        'Models to add to the catalog or to correct in it, as JSON by provider name: `{"claude": ' +
          '[{"id": "claude-sonnet-5-5", "price": {"input": 2, "output": 10}}]}`. A model of the ' +
          "catalog keeps every field that is not given here; prices are replaced as a whole.",
      ),
    ),
};

/** Replaced together: an operator's price must not be mixed with parts of ours. */
const PRICE_FIELDS = [
  "price",
  "long_prompt_price",
  "price_changes",
  "price_date",
  "price_source",
] as const;

/** The catalog's models merged with the operator's by id; new ones come last. */
export function overrideModels(
  models: readonly ModelInfo[],
  overrides: readonly ModelInfo[],
): ModelInfo[] {
  const byId = new Map(models.map((model) => [model.id, model]));
  for (const override of overrides) {
    const known = { ...byId.get(override.id) };
    if (override.price) for (const field of PRICE_FIELDS) delete known[field];
    byId.set(override.id, { ...known, ...override });
  }
  return [...byId.values()];
}
