import type { Registry } from "prom-client";
import { type CallRecord, totalCost } from "./call-record.ts";
import type { TelemetryConfig } from "./env.ts";
import { createLabelCap, OTHER } from "./label-cap.ts";
import { createCounter } from "./tally.ts";

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
  const labels = identities === "subject" ? ["tenant", "subject"] : ["tenant"];
  const counter = (name: string, help: string) =>
    createCounter({ name: `ai_server_identity_${name}`, help, labels }, registry);
  const requests = counter("requests_total", "Calls of each tenant or subject.");
  const tokens = counter("tokens_total", "Tokens of each tenant or subject, input and output.");
  const cost = counter(
    "cost_usd_total",
    "US dollars of each tenant or subject, by the prices of the catalog.",
  );
  const cap = createLabelCap(MAX_IDENTITIES);

  return {
    record(call) {
      const given = call.tenant ?? "";
      const subject = identities === "subject" ? call.subject : "";
      const held = cap.holds(given, subject, true);
      const named = (identities === "subject" ? [given, subject] : [given]).map((name) =>
        held ? name : OTHER,
      );
      requests.add(1, ...named);
      if (call.usage) tokens.add(call.usage.input_tokens + call.usage.output_tokens, ...named);
      const spent = totalCost(call);
      if (spent) cost.add(spent.total, ...named);
    },
    folded: cap.folded,
  };
}
