import type { Cost, ModelInfo, Price } from "../chat/model.ts";
import type { Usage } from "../chat/usage.ts";

type PriceList = Pick<ModelInfo, "price" | "long_prompt_price">;

/** The catalog's entry for another model of the same vendor. */
export type FindModel = (id: string) => ModelInfo;

/**
 * What a call cost by the catalog's prices at `atMs` (milliseconds since 1970); null if the vendor
 * gave no counts or a price is unknown. `input` and `output` of each pass are rounded to the
 * nearest billionth of a dollar, halves up: the price of a token has no more digits than that.
 * `total` is the sum of the rounded figures.
 */
export function computeCost(
  usage: Usage | null,
  model: ModelInfo,
  atMs: number,
  findModel: FindModel,
): Cost | null {
  if (!usage) return null;
  let input = 0;
  let output = 0;
  for (const pass of usage.passes ?? [{ usage }]) {
    const passModel = pass.model === undefined ? model : findModel(pass.model);
    const price = selectPrice(currentPrices(passModel, atMs), pass.usage.input_tokens);
    if (!price) return null;
    // Tokens times dollars per million tokens are millionths of a dollar.
    input += Math.round(inputTokensAtPrice(pass.usage, price) * 1000);
    output += Math.round(pass.usage.output_tokens * price.output * 1000);
  }
  return {
    currency: "USD",
    input: input / 1e9,
    output: output / 1e9,
    total: (input + output) / 1e9,
  };
}

/**
 * The prices that a call with this usage has in the model's own pass; null if they are not known.
 */
export function findPrice(usage: Usage | null, model: ModelInfo, atMs: number): Price | null {
  if (!usage) return null;
  return selectPrice(currentPrices(model, atMs), usage.input_tokens) ?? null;
}

/** The prices of that day: the latest announced change already in effect, else the model's own. */
function currentPrices(model: ModelInfo, atMs: number): PriceList {
  if (!model.price_changes) return model;
  const today = new Date(atMs).toISOString().slice(0, 10);
  return model.price_changes.findLast(({ from }) => from <= today) ?? model;
}

function selectPrice(
  { price, long_prompt_price: long }: PriceList,
  inputTokens: number,
): Price | undefined {
  return long && inputTokens > long.above_input_tokens ? long.price : price;
}

/**
 * Cached tokens are part of the input tokens; those kept for an hour are part of the cache writes.
 */
function inputTokensAtPrice(usage: Usage, price: Price): number {
  const read = usage.cached_input_tokens ?? 0;
  const written = usage.cache_write_input_tokens ?? 0;
  const writtenForHour = Math.min(usage.cache_write_1h_input_tokens ?? 0, written);
  const writePrice = price.cache_write ?? price.input;
  return (
    Math.max(0, usage.input_tokens - read - written) * price.input +
    read * (price.cached_input ?? price.input) +
    (written - writtenForHour) * writePrice +
    writtenForHour * (price.cache_write_1h ?? writePrice)
  );
}
