import type { ErrorCode } from "../errors/error-codes.ts";
import type { Cost } from "./model.ts";

/**
 * Why a target was passed over (`skipped`), or what its failure was in more detail than the code:
 * - `unavailable`: its provider is not configured on this server.
 * - `tools`, `image`, `document`, `response_format`, `prefill`: the request needs this, and the
 *   target does not support it. A prefill is an assistant message at the end, to be continued.
 * - `format`: the request needs a vendor of another format.
 * - `context`: the prompt was too long for another model, and this one's context is no larger.
 * - `max_usd`: it may cost more than its route allows, or has no price.
 * - `first_content`: no content came within `FIRST_CONTENT_TIMEOUT_MS`.
 * - `empty_answer`: the answer ended well, with nothing in it.
 */
export const ATTEMPT_REASONS = [
  "unavailable",
  "tools",
  "image",
  "document",
  "response_format",
  "prefill",
  "format",
  "context",
  "max_usd",
  "first_content",
  "empty_answer",
] as const;
export type AttemptReason = (typeof ATTEMPT_REASONS)[number];

/**
 * Outcomes with which this server stopped waiting for an answer. The vendor had the request, and
 * may charge for it; an attempt that the vendor refused, or that broke, costs what the vendor
 * counted.
 */
const STOPPED: ReadonlySet<Attempt["outcome"]> = new Set([
  "cancelled",
  "client_stalled",
  "deadline_exceeded",
  "revoked",
  "budget_exceeded",
  "shutting_down",
  "upstream_timeout",
  "upstream_stalled",
]);

/** Whether this server gave the attempt up while the vendor worked on it. */
export function wasStopped({ outcome }: Attempt): boolean {
  return STOPPED.has(outcome);
}

/** One try of one target, or a target that was passed over, as reported to the caller. */
export interface Attempt {
  provider: string;
  model: string;
  /** `ok` if the answer began, `skipped` if the target was not called, else the error's code. */
  outcome: "ok" | "skipped" | ErrorCode;
  reason?: AttemptReason;
  /** Until the first content, or the failure. */
  duration_ms: number;
  /**
   * Of an attempt that was stopped before the vendor counted, the prompt alone. Null if the vendor
   * reported no counts, or there is no price.
   */
  cost: Cost | null;
}
