/** The official clients count their own retries in it. */
const RETRY_COUNT_HEADER = "x-stainless-retry-count";

/** Whether a client itself is retrying; its retries must not multiply with the server's. */
export function isRepeat({ headers }: Request): boolean {
  return Number(headers.get(RETRY_COUNT_HEADER)) > 0;
}
