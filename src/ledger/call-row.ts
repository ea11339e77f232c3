import { type CallRecord, isRescued, totalCost } from "../telemetry/call-record.ts";
import type { CallRow } from "./columns.ts";

/** Callers name models, and issuers name subjects: what is longer is cut. */
const MAX_TEXT_LENGTH = 255;
const NANOS = 1e9;
/** Of a request id's 32 hexadecimal digits: enough to tell the calls of a millisecond apart. */
const ID_LENGTH = 12;

/** The id of the first row that may have ended at this time, or later. */
export function firstIdAt(milliseconds: number): string {
  return Math.max(0, milliseconds).toString(16).padStart(12, "0");
}

/** A record as the ledger keeps it. */
export function createCallRow(call: CallRecord): CallRow {
  const { usage, price } = call;
  const cost = totalCost(call);
  return {
    id: `${firstIdAt(call.endedAt)}-${call.requestId.slice(0, ID_LENGTH)}`,
    issuer: clean(call.issuer),
    tenant: clean(call.tenant ?? ""),
    subject: clean(call.subject),
    provider: clean(call.provider ?? ""),
    model: clean(call.model ?? ""),
    dialect: call.dialect,
    kind: call.kind,
    outcome: call.outcome,
    // A clock that was set back must not make time negative.
    duration_ms: Math.max(0, call.endedAt - call.startedAt),
    first_content_ms:
      call.firstContentAt === null ? null : Math.max(0, call.firstContentAt - call.startedAt),
    details: {
      request_id: call.requestId,
      started_at: call.startedAt,
      ended_at: call.endedAt,
      stream: call.stream,
      rescued: isRescued(call),
      finish_reason: call.finishReason,
      usage_source: call.usageSource,
      input_tokens: usage?.input_tokens ?? null,
      output_tokens: usage?.output_tokens ?? null,
      cached_input_tokens: usage?.cached_input_tokens ?? null,
      cache_write_input_tokens: usage?.cache_write_input_tokens ?? null,
      reasoning_tokens: usage?.reasoning_tokens ?? null,
      input_cost_nanos: cost ? Math.round(cost.input * NANOS) : null,
      output_cost_nanos: cost ? Math.round(cost.output * NANOS) : null,
      price,
      attempts: call.attempts.map(cleanAttempt),
    },
  };
}

function cleanAttempt(attempt: CallRecord["attempts"][number]) {
  return { ...attempt, provider: clean(attempt.provider), model: clean(attempt.model) };
}

/** Postgres takes no NUL in text, and no half of a surrogate pair in JSON. */
function clean(text: string): string {
  return /^[ -~]{0,255}$/.test(text)
    ? text
    : text
        .slice(0, MAX_TEXT_LENGTH)
        .toWellFormed()
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
        .replace(/[\u0000-\u001f\u007f]/g, "\ufffd");
}
