import type { Limiter } from "../limits/limiter.ts";
import type { MetricSource } from "./metric-source.ts";

/** Whether the store of limits answers. */
export function storeMetric(
  store: string,
  { isDegraded }: Pick<Limiter, "isDegraded">,
): MetricSource {
  return {
    name: "ai_server_store_up",
    help: "1 if the store of limits could be used at the last try, or else 0: each process then counts for itself.",
    type: "gauge",
    labels: ["store"],
    read: () => [{ labels: { store }, value: isDegraded() ? 0 : 1 }],
  };
}
