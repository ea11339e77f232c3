/**
 * Flushes once for all that comes within a window of time. The first caller of a window gets a
 * promise that settles after the flush; its request must live until then. If that request ends
 * early, a new window begins with the first caller after twice the time. `now` is in milliseconds.
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
