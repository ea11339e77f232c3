import type { Registry } from "prom-client";
import Counter from "prom-client/lib/counter.js";
import { type CallRecord, totalCost } from "./call-record.ts";
import type { TelemetryConfig } from "./env.ts";
import { createLabelCap, OTHER } from "./label-cap.ts";

/** Tenants, or subjects of tenants, that are told apart: each has up to three series. */
const MAX_IDENTITIES = 1000;

export interface IdentityMetrics {
  record(call: CallRecord): void;
  /** How often an identity was counted under `other`. */
  folded(): number;
}

/** Who uses how much, if the operator wants it told: each identity is a series of its own. */
export function createIdentityMetrics(
  identities: TelemetryConfig["METRICS_IDENTITIES"],
  registry: Registry,
): IdentityMetrics {
  if (identities === "none") return { record() {}, folded: () => 0 };
  const labelNames = identities === "subject" ? ["tenant", "subject"] : ["tenant"];
  const registers = [registry];
  const requests = new Counter({
    name: "ai_server_identity_requests_total",
    help: "Calls of each tenant or subject.",
    labelNames,
    registers,
  });
  const tokens = new Counter({
    name: "ai_server_identity_tokens_total",
    help: "Tokens of each tenant or subject, input and output.",
    labelNames,
    registers,
  });
  const cost = new Counter({
    name: "ai_server_identity_cost_usd_total",
    help: "US dollars of each tenant or subject, by the prices of the catalog.",
    labelNames,
    registers,
  });
  const cap = createLabelCap(MAX_IDENTITIES);

  return {
    record(call) {
      const given = call.tenant ?? "";
      const subject = identities === "subject" ? call.subject : "";
      const held = cap.holds(JSON.stringify([given, subject]), true);
      const labels: Record<string, string> = { tenant: held ? given : OTHER };
      if (identities === "subject") labels.subject = held ? subject : OTHER;
      requests.inc(labels);
      if (call.usage) tokens.inc(labels, call.usage.input_tokens + call.usage.output_tokens);
      const spent = totalCost(call);
      if (spent) cost.inc(labels, spent.total);
    },
    folded: cap.folded,
  };
}
