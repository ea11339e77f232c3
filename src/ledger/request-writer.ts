import type { CallRecord } from "../telemetry/call-record.ts";
import { createFlushWindow } from "../telemetry/flush-window.ts";
import type { Batch } from "./append-calls.ts";
import type { SourceWriterOptions } from "./source.ts";
import type { Writer } from "./writer.ts";

/**
 * The first call waits so long for others, in milliseconds, and writes them with its own: the way
 * to a Durable Object and back took two fifths of the CPU time of a call (workerd 1.20260730.1), and
 * each is a request that Cloudflare bills.
 */
const GATHER_MS = 100;
/** Between two tries, in milliseconds. */
const RETRY_DELAYS_MS = [100, 500, 2000];
/** Workers end what goes on for so long after a response (Cloudflare's page on `waitUntil`). */
const LONGEST_AFTER_RESPONSE_MS = 30_000;

/**
 * Writes calls within their requests: on Workers nothing else runs. If a request ends before it has
 * written, a later one writes for it; the batch's id keeps its calls from counting twice.
 */
export function createRequestWriter({ write, randomId, now }: SourceWriterOptions): Writer {
  let queue: CallRecord[] = [];
  /** The batches that are being written, with the time at which that began. */
  const writing = new Map<Batch, number>();
  let written = 0;
  let dropped = 0;
  const gather = createFlushWindow(GATHER_MS, flush, now);

  async function flush(): Promise<void> {
    const works = takeAbandoned().map((batch) => writeBatch(batch, true));
    if (queue.length > 0) works.push(writeBatch({ id: randomId(), calls: queue }, false));
    queue = [];
    await Promise.all(works);
  }

  function takeAbandoned(): Batch[] {
    const endedAt = now() - LONGEST_AFTER_RESPONSE_MS;
    return [...writing].filter(([, begunAt]) => begunAt <= endedAt).map(([batch]) => batch);
  }

  async function writeBatch(batch: Batch, again: boolean): Promise<void> {
    writing.set(batch, now());
    const isWritten = await tryToWrite(batch, again);
    // Another request may have taken it for abandoned, and have written it.
    if (!writing.delete(batch)) return;
    if (isWritten) written += batch.calls.length;
    else dropped += batch.calls.length;
  }

  async function tryToWrite(batch: Batch, again: boolean): Promise<boolean> {
    for (let tries = 0; ; tries += 1) {
      try {
        await write(batch, again || tries > 0);
        return true;
      } catch {
        const delay = RETRY_DELAYS_MS[tries];
        if (delay === undefined) return false;
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  function countQueued(): number {
    let queued = queue.length;
    for (const { calls } of writing.keys()) queued += calls.length;
    return queued;
  }

  return {
    add(call) {
      queue.push(call);
      return gather();
    },
    status: () => ({ queued: countQueued(), written, dropped }),
    close: flush,
  };
}
