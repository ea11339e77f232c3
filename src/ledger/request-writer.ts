import type { CallRecord } from "../telemetry/call-record.ts";
import { createFlushWindow } from "../telemetry/flush-window.ts";
import type { Writer, WriterOptions } from "./writer.ts";

/**
 * Calls that end within this time of each other are written together, in milliseconds: the way to a
 * Durable Object and back took two fifths of the CPU time of a call (workerd 1.20260730.1), and each
 * is a request that Cloudflare bills.
 */
const GATHER_MS = 100;
/** Between two tries, in milliseconds. */
const RETRY_DELAYS_MS = [100, 500, 2000];

export interface RequestWriterOptions extends WriterOptions {
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * Writes calls on a runtime where nothing goes on but for a request: the first of some calls lives
 * on until it has written all of them.
 */
export function createRequestWriter({ write, randomId, now }: RequestWriterOptions): Writer {
  let queue: CallRecord[] = [];
  /** Calls of the batches that are being written. */
  let taken = 0;
  let written = 0;
  let dropped = 0;
  const gather = createFlushWindow(GATHER_MS, flush, now);

  async function flush(): Promise<void> {
    const calls = queue;
    queue = [];
    if (calls.length === 0) return;
    taken += calls.length;
    if (await writeBatch(calls)) written += calls.length;
    else dropped += calls.length;
    taken -= calls.length;
  }

  async function writeBatch(calls: readonly CallRecord[]): Promise<boolean> {
    const batch = { id: randomId(), calls };
    for (let tries = 0; ; tries += 1) {
      try {
        await write(batch, tries > 0);
        return true;
      } catch {
        const delay = RETRY_DELAYS_MS[tries];
        if (delay === undefined) return false;
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  return {
    add(call) {
      queue.push(call);
      return gather();
    },
    status: () => ({ queued: queue.length + taken, written, dropped }),
    close: flush,
  };
}
