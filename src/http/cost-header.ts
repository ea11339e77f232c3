import type { Cost } from "../chat/model.ts";

/** Costs are whole billionths of a dollar. */
const DIGITS = 9;

/** `x-cost-usd`: what a whole answer cost, in US dollars, if that is known. */
export function costHeader(cost: Cost | null | undefined): Record<string, string> {
  if (!cost) return {};
  // Never `1e-7`, which few who read a header expect.
  const dollars = cost.total.toFixed(DIGITS).replace(/\.?0+$/, "");
  return { "x-cost-usd": dollars };
}
