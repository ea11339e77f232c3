/** The runtimes on which the same server runs. */
export const RUNTIMES = ["bun", "workers", "deno"] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** A server under test, reached only by HTTP. */
export interface RunningServer {
  readonly runtime: Runtime;
  readonly url: string;
  /**
   * The process that serves; undefined if it could not be told from others that were started at the
   * same time.
   */
  readonly pid: number | undefined;
  /** Whether it ended without being asked to. */
  died(): boolean;
  /** What it wrote so far, to standard output and standard error. */
  logs(): string;
  /** What is left in the JavaScript heap after a collection, in bytes, if the server tells. */
  heapBytes?(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * The server's log, once it holds this text, or has had time to. Servers write their logs in
 * pieces, some time after.
 */
export async function waitForLog(
  { logs }: RunningServer,
  text: string,
  timeoutMs = 20_000,
): Promise<string> {
  const deadline = performance.now() + timeoutMs;
  while (!logs().includes(text) && performance.now() < deadline) await Bun.sleep(10);
  return logs();
}

/** The lines of the server's log so far that hold all of these texts. */
export function findLogLines({ logs }: RunningServer, ...texts: readonly string[]): string[] {
  return logs()
    .split("\n")
    .filter((line) => texts.every((text) => line.includes(text)));
}

export interface StartOptions {
  /**
   * Stops the server's clock at this time, in milliseconds since 1970, for tokens that were made
   * long ago.
   */
  now?: number;
  /** Whether `heapBytes` is wanted: on Workers alone, whose process holds much besides the heap. */
  tellsHeap?: boolean;
}
