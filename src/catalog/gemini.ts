import type { ModelInfo, Parameter, Price } from "../chat/model.ts";
import type { Effort } from "../chat/request.ts";

// Prices and refusals as read on 2026-11-23; limits as GET /v1beta/models gave them; thinking
// levels from the developer guides of each model
// (docs.cloud.google.com/gemini-enterprise-agent-platform/models/guides).

const PRICES = {
  price_date: "2026-11-23",
  price_source: "https://ai.google.dev/gemini-api/docs/pricing",
};

/**
 * A cache read costs a tenth of input (implicit caching,
 * docs.cloud.google.com/vertex-ai/generative-ai/docs/context-cache).
 */
function price(input: number, output: number, cachedInput = input / 10): Price {
  return { input, output, cached_input: cachedInput };
}

const LIMITS = { context_tokens: 1_048_576, max_output_tokens: 65_536 };

/** From 3.6 on, sampling parameters are deprecated: ignored now, to be refused later. */
const NO_SAMPLING: Parameter[] = ["temperature", "top_p"];

/** Gemini 3 and later: levels instead of budgets, and reasoning cannot be turned off. */
const LEVELS: Effort[] = ["low", "medium", "high"];
const LEVELS_AND_MINIMAL: Effort[] = ["minimal", ...LEVELS];

/**
 * At the price of text, the only input that this server sends. The prices were read on another site
 * (2026-11-28), not on Google's page.
 */
function embedding(id: string, contextTokens: number, input: number): ModelInfo {
  return {
    id,
    kind: "embedding",
    dimensions: 3072,
    context_tokens: contextTokens,
    price: { input, output: 0 },
    price_date: "2026-11-28",
    price_source: "https://embeddingcost.com/google",
  };
}

const models: readonly ModelInfo[] = [
  {
    // Paid only, in the locations global, us and eu. A whole answer ends at 32,768 tokens, a
    // streamed one at 65,536.
    id: "gemini-4-argon",
    aliases: ["argon"],
    ...LIMITS,
    reasoning: "effort",
    efforts: LEVELS,
    refuses: NO_SAMPLING,
    price: price(2, 10, 0.1),
    price_changes: [{ from: "2026-12-01", price: price(4, 20, 0.2) }],
    ...PRICES,
  },
  {
    id: "gemini-3.8-flash",
    aliases: ["gemini-flash"],
    ...LIMITS,
    reasoning: "effort",
    efforts: LEVELS,
    refuses: NO_SAMPLING,
    price: price(0.75, 3.75),
    price_changes: [{ from: "2027-01-01", price: price(1.5, 7.5) }],
    ...PRICES,
  },
  {
    id: "gemini-3.7-flash",
    ...LIMITS,
    reasoning: "effort",
    efforts: LEVELS,
    refuses: NO_SAMPLING,
    price: price(0.75, 3.75),
    ...PRICES,
  },
  {
    id: "gemini-3.6-flash",
    ...LIMITS,
    reasoning: "effort",
    efforts: LEVELS_AND_MINIMAL,
    refuses: NO_SAMPLING,
    price: price(0.75, 3.75),
    ...PRICES,
  },
  {
    id: "gemini-3.5-flash",
    ...LIMITS,
    reasoning: "effort",
    efforts: LEVELS_AND_MINIMAL,
    price: price(1.5, 9),
    ...PRICES,
  },
  {
    id: "gemini-3.5-flash-lite",
    aliases: ["gemini-flash-lite"],
    ...LIMITS,
    reasoning: "effort",
    efforts: LEVELS_AND_MINIMAL,
    price: price(0.3, 2.5),
    ...PRICES,
  },
  {
    id: "gemini-3.1-flash-lite",
    ...LIMITS,
    reasoning: "effort",
    efforts: LEVELS_AND_MINIMAL,
    price: price(0.25, 1.5),
    ...PRICES,
  },
  {
    id: "gemini-3.1-pro-preview",
    aliases: ["gemini-pro", "gemini-3.1-pro"],
    ...LIMITS,
    reasoning: "effort",
    efforts: LEVELS,
    price: price(2, 12),
    long_prompt_price: { above_input_tokens: 200_000, price: price(4, 18) },
    ...PRICES,
  },
  // The 2.5 models use budgets (ai.google.dev/gemini-api/docs/thinking); pro always reasons. The
  // retirement dates are those of the Gemini API; Vertex has its own.
  {
    id: "gemini-2.5-pro",
    ...LIMITS,
    reasoning: "budget",
    reasoning_budget: { min: 128, max: 32_768 },
    price: price(1.25, 10),
    long_prompt_price: { above_input_tokens: 200_000, price: price(2.5, 15) },
    ...PRICES,
    retires: "2026-12-01",
  },
  {
    id: "gemini-2.5-flash",
    ...LIMITS,
    reasoning: "budget",
    efforts: ["none"],
    reasoning_budget: { min: 1, max: 24_576 },
    price: price(0.3, 2.5),
    ...PRICES,
    retires: "2026-12-01",
  },
  {
    id: "gemini-2.5-flash-lite",
    ...LIMITS,
    reasoning: "budget",
    efforts: ["none"],
    reasoning_budget: { min: 512, max: 24_576 },
    price: price(0.1, 0.4),
    ...PRICES,
  },
  embedding("gemini-embedding-2", 8192, 0.2),
  embedding("gemini-embedding-001", 2048, 0.15),
];

export const geminiCatalog = { defaultModel: "gemini-3.8-flash", models };
