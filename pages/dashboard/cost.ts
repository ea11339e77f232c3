import { formatDollars } from "../shared/format.ts";
import type { Sums } from "./usage.ts";

/** Whether nothing is known of what these calls cost: `$0` would say that they were free. */
export function isCostUnknown(sums: Pick<Sums, "cost_usd" | "unpriced_calls">): boolean {
  return sums.cost_usd === 0 && sums.unpriced_calls > 0;
}

export function formatCost(sums: Pick<Sums, "cost_usd" | "unpriced_calls">): string {
  return isCostUnknown(sums) ? "–" : formatDollars(sums.cost_usd);
}
