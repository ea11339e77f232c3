/** Work that outlives its request, on runtimes that do not track it themselves (Bun, Deno). */
export interface Background {
  waitUntil(work: Promise<unknown>): void;
  /** Settles when no work is left, work that was added meanwhile included. */
  drain(): Promise<void>;
}

export function createBackground(): Background {
  const pending = new Set<Promise<unknown>>();
  return {
    waitUntil(work) {
      const forget = () => pending.delete(settled);
      const settled: Promise<unknown> = work.then(forget, forget);
      pending.add(settled);
    },
    async drain() {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
