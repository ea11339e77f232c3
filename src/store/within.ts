import { StoreError } from "./store-error.ts";

/**
 * The work's result, or a StoreError after this many milliseconds. The work itself goes on. A store
 * that has answered while this process stood still is not late: the timer comes first then, so the
 * work has one more turn of the event loop, in which sockets are read.
 */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const expire = () => reject(new StoreError("timeout"));
  let timer = setTimeout(() => {
    timer = setTimeout(expire, 0);
  }, timeoutMs);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
