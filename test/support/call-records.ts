import type { CallRecord } from "../../src/telemetry/call-record.ts";

/** A finished call, with changes. */
export function callRecord(changes: Partial<CallRecord> = {}): CallRecord {
  return {
    requestId: crypto.randomUUID().replaceAll("-", ""),
    kind: "generate",
    dialect: "chat",
    route: "/chat",
    subject: "user-1",
    issuer: "oneshot",
    tenant: null,
    provider: "claude",
    model: "claude-sonnet-5-5",
    stream: false,
    outcome: "ok",
    reason: undefined,
    finishReason: "stop",
    usage: { input_tokens: 10, output_tokens: 20, total_tokens: 30 },
    usageSource: "provider",
    cost: { currency: "USD", input: 0.00002, output: 0.0002, total: 0.00022 },
    price: { input: 2, output: 10 },
    attempts: [
      {
        provider: "claude",
        model: "claude-sonnet-5-5",
        outcome: "ok",
        duration_ms: 900,
        cost: null,
      },
    ],
    startedAt: Date.UTC(2026, 10, 20, 12, 0, 0),
    attemptedAt: Date.UTC(2026, 10, 20, 12, 0, 0, 3),
    firstContentAt: Date.UTC(2026, 10, 20, 12, 0, 1),
    endedAt: Date.UTC(2026, 10, 20, 12, 0, 2),
    ...changes,
  };
}
