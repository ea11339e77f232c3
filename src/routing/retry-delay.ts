import type { ChatError } from "../errors/chat-error.ts";

/** A longer wait than this, which a vendor asks for, is left to the caller. */
const MAX_RETRY_AFTER_SECONDS = 5;
/** No retry begins later than this after the first attempt of a contender. */
export const RETRY_BUDGET_MS = 10_000;
const FIRST_DELAY_MS = 250;

/**
 * Milliseconds to wait before trying the same target again; null if it must not be tried again.
 * Full jitter over a window that doubles, on top of the vendor's Retry-After.
 */
export function retryDelay(
  error: ChatError,
  retriesDone: number,
  random: () => number,
): number | null {
  if (!error.retryable || !error.code.startsWith("upstream_")) return null;
  switch (error.code) {
    case "upstream_rate_limited":
      // No Retry-After: assume the limit won't clear within our budget.
      if (error.retryAfterSeconds === undefined) return null;
      break;
    case "upstream_timeout":
      // Don't retry our own timeout. Do retry a timeout that the vendor reported.
      if (error.upstreamStatus === undefined) return null;
      break;
    case "upstream_stalled":
      return null;
    default:
      break;
  }
  const asked = error.retryAfterSeconds ?? 0;
  if (asked > MAX_RETRY_AFTER_SECONDS) return null;
  return asked * 1000 + random() * FIRST_DELAY_MS * 2 ** retriesDone;
}
