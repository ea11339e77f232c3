/**
 * The longest wait that is passed on: a month, from a vendor or a broken proxy, would not help a
 * caller.
 */
const MAX_RETRY_AFTER_SECONDS = 3600;

/**
 * Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or an HTTP date, RFC 9110
 * 10.2.3); undefined if there is none.
 */
export function readRetryAfter(headers: Headers, nowMs: number): number | undefined {
  const milliseconds = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (milliseconds >= 0) return capRetryAfter(milliseconds / 1000);
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = Number(value);
  // A date parser would take a negative number for a year.
  if (!Number.isNaN(seconds)) return seconds >= 0 ? capRetryAfter(seconds) : undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : capRetryAfter((date - nowMs) / 1000);
}

/** Whole seconds between 0 and an hour. */
export function capRetryAfter(seconds: number): number {
  return Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(0, Math.ceil(seconds)));
}
