// What the stand-in for a vendor and the load agree on.

/** The text of each delta begins with it, and goes on with `now()` and a space. */
export const MARKER = "quick brown fox ";
export const END_OF_CHUNKS = "0\r\n\r\n";
export const TIME_DIGITS = 16;

/** Microseconds since 1970, on a clock that two processes of a machine share. */
export function now(): string {
  return String(Math.round((performance.timeOrigin + performance.now()) * 1000));
}
