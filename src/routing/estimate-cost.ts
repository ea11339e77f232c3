import { computeCost } from "../catalog/compute-cost.ts";
import type { Catalog } from "../catalog/index.ts";
import type { Demand } from "../chat/demand.ts";
import type { Cost, ModelInfo } from "../chat/model.ts";
import type { ProviderInfo } from "../providers/provider.ts";

/** The answer's length if the request does not limit it. */
const ASSUMED_OUTPUT_TOKENS = 4096;

/** What a call costs if its answer is as long as it may be; null if the model has no price. */
export function estimateCost(
  demand: Demand,
  { provider, model }: { provider: Pick<ProviderInfo, "name">; model: ModelInfo },
  catalog: Catalog,
  atMs: number,
): Cost | null {
  const input = demand.inputTokens();
  const asked = demand.maxOutputTokens ?? ASSUMED_OUTPUT_TOKENS;
  const output = Math.min(asked, model.max_output_tokens ?? asked);
  const usage = { input_tokens: input, output_tokens: output, total_tokens: input + output };
  return computeCost(usage, model, atMs, (id) => catalog.lookup(provider.name, id));
}
