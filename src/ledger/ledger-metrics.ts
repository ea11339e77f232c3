import type { MetricSource } from "../telemetry/metric-source.ts";
import type { Ledger } from "./create-ledger.ts";

/** What the metrics tell of the ledger. */
export function ledgerMetrics({ status }: Pick<Ledger, "status">): MetricSource[] {
  return [
    {
      name: "ai_server_ledger_up",
      help: "1 if the ledger's database was to be used at the last try, or else 0.",
      type: "gauge",
      labels: ["store"],
      read: () => [{ labels: { store: status().kind }, value: status().failure === null ? 1 : 0 }],
    },
    {
      name: "ai_server_ledger_queued_rows",
      help: "Calls whose rows wait to be written.",
      type: "gauge",
      read: () => [{ value: status().queued }],
    },
    {
      name: "ai_server_ledger_rows_total",
      help: "Calls whose rows were written, or dropped because the database was away too long.",
      type: "counter",
      labels: ["result"],
      read: () => [
        { labels: { result: "written" }, value: status().written },
        { labels: { result: "dropped" }, value: status().dropped },
      ],
    },
  ];
}
