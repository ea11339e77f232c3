/**
 * Flushes once for all that comes within this time of the first, and gives that first one a promise
 * that settles after the flush: its runtime must live so long.
 */
export function createFlushWindow(
  windowMs: number,
  flush: () => Promise<void>,
): () => Promise<void> | undefined {
  let isOpen = false;
  return () => {
    if (isOpen) return undefined;
    isOpen = true;
    return wait(windowMs).then(() => {
      isOpen = false;
      return flush();
    });
  };
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
