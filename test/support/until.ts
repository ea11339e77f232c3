/**
 * Longest time for what a test waits for. It is only for a machine that is very busy: nothing may
 * depend on how long it is.
 */
const PATIENCE_MS = 60_000;

/** Waits until something has come about, which a test then needs not guess the time of. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${PATIENCE_MS} ms in vain until ${what}`);
    await Bun.sleep(20);
  }
}

/** Waits until a server answers its health check well. */
export async function untilHealthy(url: string): Promise<void> {
  await until(`${url} is healthy`, async () => {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) }).catch(
      () => null,
    );
    await answer?.body?.cancel();
    return answer?.ok ?? false;
  });
}
