import type { ModelInfo, Parameter, Price } from "../chat/model.ts";
import type { Effort } from "../chat/request.ts";

// Prices, limits and refusals as read on 2026-11-23. Refusals:
// platform.claude.com/docs/en/api/versioning and the migration guide of each model; efforts:
// platform.claude.com/docs/en/build-with-claude/effort.

const PRICES = {
  price_date: "2026-11-23",
  price_source: "https://platform.claude.com/docs/en/about-claude/pricing",
};

/**
 * A cache write costs 25 % more than input, or twice as much if kept for an hour; the price of a
 * cache read differs by model.
 */
function price(input: number, output: number, cachedInput: number): Price {
  return {
    input,
    output,
    cached_input: cachedInput,
    cache_write: input * 1.25,
    cache_write_1h: input * 2,
  };
}

const MILLION = { context_tokens: 1_000_000, max_output_tokens: 128_000 };
const SMALL = { context_tokens: 200_000, max_output_tokens: 64_000 };

const EFFORTS: Effort[] = ["low", "medium", "high", "xhigh", "max"];
const EFFORTS_OR_NONE: Effort[] = ["none", ...EFFORTS];

/** From Opus 4.7 on: the vendor decides the sampling, and there are no reasoning budgets. */
const NO_SAMPLING: Parameter[] = ["temperature", "top_p", "reasoning.budget_tokens"];
/** Opus 5.5, Sonnet 5.5 and Fable 5.1 also answer 400 to a forced tool call. */
const NO_FORCED_TOOL: Parameter[] = [...NO_SAMPLING, "tool_choice.required"];

/** From Opus and Sonnet 4.6 on, an assistant message at the end is a 400. */
const NO_PREFILL = { prefill: false } satisfies Partial<ModelInfo>;

/** Always reasons, as much as the effort says. */
const ALWAYS_THINKS = {
  ...NO_PREFILL,
  reasoning: "adaptive",
  efforts: EFFORTS,
  refuses: NO_FORCED_TOOL,
} satisfies Partial<ModelInfo>;
const THINKS = {
  ...NO_PREFILL,
  reasoning: "adaptive",
  efforts: EFFORTS_OR_NONE,
  refuses: NO_SAMPLING,
} satisfies Partial<ModelInfo>;
/**
 * Opus 4.6 and Sonnet 4.6 still support budgets and everything else; `xhigh` is newer than they
 * are.
 */
const THINKS_OR_BUDGET = {
  ...NO_PREFILL,
  reasoning: "adaptive",
  efforts: ["none", "low", "medium", "high", "max"],
  reasoning_budget: { min: 1024 },
} satisfies Partial<ModelInfo>;

const models: readonly ModelInfo[] = [
  {
    id: "claude-fable-5-2",
    aliases: ["fable", "claude-fable"],
    ...MILLION,
    ...ALWAYS_THINKS,
    price: price(8, 40, 0.2),
    ...PRICES,
  },
  { id: "claude-fable-5-1", ...MILLION, ...ALWAYS_THINKS, price: price(10, 50, 0.25), ...PRICES },
  {
    id: "claude-opus-5-5",
    aliases: ["opus", "claude-opus"],
    ...MILLION,
    ...ALWAYS_THINKS,
    price: price(4, 20, 0.2),
    ...PRICES,
  },
  { id: "claude-opus-5", ...MILLION, ...THINKS, price: price(5, 25, 0.5), ...PRICES },
  { id: "claude-opus-4-8", ...MILLION, ...THINKS, price: price(5, 25, 0.5), ...PRICES },
  { id: "claude-opus-4-7", ...MILLION, ...THINKS, price: price(5, 25, 0.5), ...PRICES },
  { id: "claude-opus-4-6", ...MILLION, ...THINKS_OR_BUDGET, price: price(5, 25, 0.5), ...PRICES },
  {
    id: "claude-opus-4-5",
    other_ids: ["claude-opus-4-5-20251101"],
    ...SMALL,
    reasoning: "budget",
    efforts: ["none", "low", "medium", "high"],
    reasoning_budget: { min: 1024 },
    price: price(5, 25, 0.5),
    ...PRICES,
  },
  {
    id: "claude-sonnet-5-5",
    aliases: ["sonnet", "claude-sonnet"],
    ...MILLION,
    ...NO_PREFILL,
    reasoning: "adaptive",
    efforts: EFFORTS_OR_NONE,
    reasoning_off: "between_tools",
    refuses: NO_FORCED_TOOL,
    price: price(2, 10, 0.1),
    ...PRICES,
  },
  { id: "claude-sonnet-5", ...MILLION, ...THINKS, price: price(2, 10, 0.2), ...PRICES },
  { id: "claude-sonnet-4-6", ...MILLION, ...THINKS_OR_BUDGET, price: price(3, 15, 0.3), ...PRICES },
  {
    id: "claude-sonnet-4-5",
    other_ids: ["claude-sonnet-4-5-20250929"],
    ...SMALL,
    reasoning: "budget",
    efforts: ["none"],
    reasoning_budget: { min: 1024 },
    price: price(3, 15, 0.3),
    ...PRICES,
    retires: "2026-11-30",
  },
  {
    id: "claude-haiku-5-5",
    aliases: ["haiku", "claude-haiku"],
    ...MILLION,
    ...THINKS,
    price: price(0.1, 0.5, 0.01),
    long_prompt_price: { above_input_tokens: 100_000, price: price(0.5, 2.5, 0.05) },
    ...PRICES,
  },
  {
    id: "claude-haiku-4-5",
    other_ids: ["claude-haiku-4-5-20251001"],
    ...SMALL,
    reasoning: "budget",
    efforts: ["none"],
    reasoning_budget: { min: 1024 },
    price: price(1, 5, 0.1),
    ...PRICES,
  },
];

export const claudeCatalog = { defaultModel: "claude-sonnet-5-5", models };
