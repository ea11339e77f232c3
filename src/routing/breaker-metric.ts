import type { MetricSource } from "../telemetry/metric-source.ts";
import type { Breaker } from "./breaker.ts";

/** Which targets keep failing, and are tried last. */
export function breakerMetric({ states }: Pick<Breaker, "states">): MetricSource {
  return {
    name: "ai_server_breaker_open",
    help: "1 for each target that keeps failing and is tried last.",
    type: "gauge",
    labels: ["provider", "model"],
    read: () => states().map(({ provider, model }) => ({ labels: { provider, model }, value: 1 })),
  };
}
