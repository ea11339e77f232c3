import type { CallRecord } from "../telemetry/call-record.ts";
import type { Writer, WriterOptions } from "./writer.ts";

/** How long a call waits for others to be written with, in milliseconds. */
const FLUSH_MS = 1000;
/**
 * Rows of a transaction. SQLite holds the event loop while it writes, some 4 µs a row; and each
 * transaction drives the calls' own data out of the processor's cache, so few rows cost them more.
 */
const BATCH_ROWS = 500;
/** Calls that may wait while the database is away: about 13 MB, or 30 with their traces. */
const MAX_QUEUED_CALLS = 20_000;
const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 30_000;
/** After this many failures in a row at a database that answers, the batch is given up. */
const MAX_REFUSALS = 5;

export interface BatchedWriterOptions extends WriterOptions {
  readonly flushMs?: number;
  readonly maxQueuedCalls?: number;
  readonly firstBackoffMs?: number;
}

/**
 * Keeps calls for a second and writes them together. Their rows are made then, all at once, which
 * costs less than making each between two calls. While the database is away they wait; those that
 * find the queue full are dropped, and counted.
 */
export function createBatchedWriter(options: BatchedWriterOptions): Writer {
  const { write, isReachable, randomId } = options;
  const { flushMs = FLUSH_MS, maxQueuedCalls = MAX_QUEUED_CALLS } = options;
  let queue: CallRecord[] = [];
  /** Calls of the batch that is being written. */
  let taken = 0;
  let written = 0;
  let dropped = 0;
  let closing = false;
  let flushing: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wake: (() => void) | undefined;

  function schedule(): void {
    if (flushing || queue.length === 0) return;
    clearTimeout(timer);
    timer = setTimeout(flush, queue.length >= BATCH_ROWS ? 0 : flushMs);
  }

  function flush(): void {
    clearTimeout(timer);
    flushing ??= writeQueue().finally(() => {
      flushing = undefined;
      schedule();
    });
  }

  /** One batch after another, with a turn for the calls between two of them. */
  async function writeQueue(): Promise<void> {
    do {
      const calls = queue.slice(0, BATCH_ROWS);
      queue = queue.slice(BATCH_ROWS);
      taken = calls.length;
      if (await writeBatch(calls)) written += taken;
      else {
        dropped += taken;
        // A database that is away at the end is not asked for each batch.
        if (closing) {
          dropped += queue.length;
          queue = [];
        }
      }
      taken = 0;
      await pause(0);
    } while (queue.length >= BATCH_ROWS);
  }

  async function writeBatch(calls: readonly CallRecord[]): Promise<boolean> {
    const batch = { id: randomId(), calls };
    let delay = options.firstBackoffMs ?? FIRST_BACKOFF_MS;
    let refusals = 0;
    for (let again = false; ; again = true) {
      try {
        await write(batch, again);
        return true;
      } catch {
        refusals = (await isReachable()) ? refusals + 1 : 0;
        if (closing || refusals === MAX_REFUSALS) return false;
        await pause(delay);
        delay = Math.min(delay * 2, MAX_BACKOFF_MS);
      }
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  return {
    add(call) {
      if (queue.length + taken >= maxQueuedCalls) {
        dropped += 1;
        return;
      }
      queue.push(call);
      if (queue.length === 1 || queue.length === BATCH_ROWS) schedule();
    },
    status: () => ({ queued: queue.length + taken, written, dropped }),
    async close() {
      closing = true;
      wake?.();
      while (flushing || queue.length > 0) {
        flush();
        await flushing;
      }
      clearTimeout(timer);
    },
  };
}
