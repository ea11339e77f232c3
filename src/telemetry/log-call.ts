import type { CallRecord, Recorder } from "./call-record.ts";
import type { Log } from "./log.ts";

/** Writes the log line of each call: `answer`, `embeddings`, or `count` for a count of tokens. */
export function createCallLog(log: Log): Recorder {
  return (record) => {
    const { outcome, startedAt, firstContentAt, usage } = record;
    log(isExpected(outcome) ? "info" : "warn", EVENTS[record.kind], {
      request_id: record.requestId,
      trace_id: record.trace?.traceId,
      subject: record.subject,
      dialect: record.dialect,
      provider: record.provider,
      model: record.model,
      stream: record.stream,
      code: outcome,
      reason: record.reason,
      finish_reason: record.finishReason,
      input_tokens: usage?.input_tokens,
      output_tokens: usage?.output_tokens,
      usage_source: record.usageSource,
      attempts: record.attempts.filter(({ outcome }) => outcome !== "skipped").length,
      first_content_ms: firstContentAt === null ? null : firstContentAt - startedAt,
      duration_ms: record.endedAt - startedAt,
    });
  };
}

const EVENTS: Readonly<Record<CallRecord["kind"], string>> = {
  generate: "answer",
  count_tokens: "count",
  embed: "embeddings",
};

function isExpected(outcome: CallRecord["outcome"]): boolean {
  return outcome === "ok" || outcome === "cancelled";
}
