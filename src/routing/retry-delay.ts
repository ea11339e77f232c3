import type { ChatError } from "../errors/chat-error.ts";

/** A wait that a vendor asks for is obeyed up to this; longer ones are the caller's to decide about. */
const MAX_RETRY_AFTER_SECONDS = 5;
/** No retry is begun later than this after the call came in. */
export const RETRY_BUDGET_MS = 10_000;
const FIRST_DELAY_MS = 250;

/**
 * How long to wait before the same target is tried again, in milliseconds; null where it must not be. Full jitter over a window that
 * doubles, on top of what the vendor asks for.
 */
export function retryDelay(
  error: ChatError,
  retriesDone: number,
  random: () => number,
): number | null {
  if (!error.retryable || !error.code.startsWith("upstream_")) return null;
  switch (error.code) {
    case "upstream_rate_limited":
      // Without a time the limit is not one that passes soon.
      if (error.retryAfterSeconds === undefined) return null;
      break;
    case "upstream_timeout":
      // Our own patience has run out already; a vendor that says so at once may be better the next time.
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
