import type { ModelInfo, Parameter, Price } from "../chat/model.ts";
import type { Effort } from "../chat/request.ts";
import { defined } from "../json/defined.ts";

// Prices, limits, efforts and refusals as read on 2026-11-23 from the models' own pages
// (developers.openai.com/api/docs/models).

const PRICES = {
  price_date: "2026-11-23",
  price_source: "https://developers.openai.com/api/docs/pricing",
};

/**
 * A cache write costs 25 % more than input. Without a published price, cached input is priced as
 * input.
 */
function price(input: number, output: number, cachedInput?: number): Price {
  return defined({ input, output, cached_input: cachedInput, cache_write: input * 1.25 });
}

/**
 * Above 272,000 prompt tokens the whole call costs twice as much for input and cache, and 1.5 times
 * as much for output.
 */
function prices(
  input: number,
  output: number,
  cachedInput?: number,
): Pick<ModelInfo, "price" | "long_prompt_price"> {
  const long = price(
    input * 2,
    output * 1.5,
    cachedInput === undefined ? undefined : cachedInput * 2,
  );
  return {
    price: price(input, output, cachedInput),
    long_prompt_price: { above_input_tokens: 272_000, price: long },
  };
}

const LIMITS = { context_tokens: 1_050_000, max_output_tokens: 128_000 };

const EFFORTS: Effort[] = ["low", "medium", "high", "xhigh", "max"];
const EFFORTS_OR_NONE: Effort[] = ["none", ...EFFORTS];

/**
 * GPT-6 decides its own sampling while it reasons, which it does unless the effort is `none`; astra
 * and 6.1-sol always reason.
 */
const SAMPLING: Parameter[] = ["temperature", "top_p"];
const ALWAYS_REASONS = {
  reasoning: "effort",
  efforts: EFFORTS,
  refuses: SAMPLING,
} satisfies Partial<ModelInfo>;
const REASONS = {
  reasoning: "effort",
  efforts: EFFORTS_OR_NONE,
  refuses_while_reasoning: SAMPLING,
} satisfies Partial<ModelInfo>;

/** As read on 2026-11-28 from the models' own pages. */
function embedding(id: string, dimensions: number, input: number): ModelInfo {
  return {
    id,
    kind: "embedding",
    dimensions,
    context_tokens: 8192,
    price: { input, output: 0 },
    ...PRICES,
    price_date: "2026-11-28",
  };
}

const models: readonly ModelInfo[] = [
  {
    id: "gpt-6-astra",
    aliases: ["astra"],
    ...LIMITS,
    ...ALWAYS_REASONS,
    ...prices(10, 50, 1),
    ...PRICES,
  },
  {
    id: "gpt-6.1-sol",
    aliases: ["sol"],
    ...LIMITS,
    ...ALWAYS_REASONS,
    ...prices(2, 10, 0.1),
    ...PRICES,
  },
  {
    id: "gpt-6.1-terra",
    aliases: ["terra"],
    ...LIMITS,
    ...REASONS,
    ...prices(1, 5, 0.05),
    ...PRICES,
  },
  { id: "gpt-6-sol", ...LIMITS, ...REASONS, ...prices(2, 10, 0.2), ...PRICES },
  {
    id: "gpt-6-luna",
    aliases: ["luna"],
    ...LIMITS,
    ...REASONS,
    ...prices(0.1, 0.5, 0.01),
    ...PRICES,
  },
  {
    id: "gpt-5.6-sol",
    other_ids: ["gpt-5.6"],
    ...LIMITS,
    reasoning: "effort",
    efforts: EFFORTS_OR_NONE,
    ...prices(4, 20),
    ...PRICES,
  },
  {
    id: "gpt-5.6-terra",
    ...LIMITS,
    reasoning: "effort",
    efforts: EFFORTS_OR_NONE,
    ...prices(2, 12),
    ...PRICES,
  },
  {
    id: "gpt-5.6-luna",
    ...LIMITS,
    reasoning: "effort",
    efforts: EFFORTS_OR_NONE,
    ...prices(0.2, 1.2, 0.02),
    ...PRICES,
  },
  { id: "gpt-5", retires: "2026-12-11" },
  embedding("text-embedding-3-small", 1536, 0.02),
  embedding("text-embedding-3-large", 3072, 0.13),
  // No longer on OpenAI's page; read on other sites.
  embedding("text-embedding-ada-002", 1536, 0.1),
];

export const openaiCatalog = { defaultModel: "gpt-6.1-terra", models };
