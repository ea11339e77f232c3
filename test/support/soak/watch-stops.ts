const TICK_MS = 50;

/** Tells for how long this process has stood still at most: what that delays is no fault. */
export function watchStops(): () => number {
  let longestMs = 0;
  let tickedAt = performance.now();
  setInterval(() => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - tickedAt - TICK_MS);
    tickedAt = now;
  }, TICK_MS);
  return () => longestMs;
}
