import type { MetricSource } from "./metric-source.ts";

/** How many calls are under way, by whether they are streamed. */
export function openCallsMetric(running: ReadonlySet<{ readonly stream: boolean }>): MetricSource {
  return {
    name: "ai_server_open_calls",
    help: "Calls that are under way.",
    type: "gauge",
    labels: ["stream"],
    read() {
      let streams = 0;
      for (const { stream } of running) if (stream) streams += 1;
      return [
        { labels: { stream: "true" }, value: streams },
        { labels: { stream: "false" }, value: running.size - streams },
      ];
    },
  };
}
