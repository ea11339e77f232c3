/**
 * Flushes once for all that comes within this time of the first, and gives that first one a promise
 * that settles after the flush: its runtime must live so long. If it does not, the next one after
 * twice the time is a first one again. `now` is in milliseconds.
 */
export function createFlushWindow(
  windowMs: number,
  flush: () => Promise<void>,
  now: () => number,
): () => Promise<void> | undefined {
  const longestMs = windowMs * 2;
  let openUntil = Number.NEGATIVE_INFINITY;

  /** A clock that has stepped back must not keep it open. */
  function isOpen(): boolean {
    return openUntil - longestMs <= now() && now() < openUntil;
  }
  return () => {
    if (isOpen()) return undefined;
    openUntil = now() + longestMs;
    return wait(windowMs).then(() => {
      openUntil = Number.NEGATIVE_INFINITY;
      return flush();
    });
  };
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
