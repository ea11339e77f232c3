import { describe, expect, test } from "bun:test";
import type { Batch } from "../../../src/ledger/append-calls.ts";
import {
  type BatchedWriterOptions,
  createBatchedWriter,
} from "../../../src/ledger/batched-writer.ts";
import { callRecord } from "../../support/call-records.ts";
import { until } from "../../support/until.ts";

const call = callRecord();

/** A writer to a database that does as the test says; what it wrote is kept. */
function stage(changes: Partial<BatchedWriterOptions> = {}) {
  const tries: { id: string; rows: number; again: boolean }[] = [];
  let failing = false;
  let ids = 0;
  const writer = createBatchedWriter({
    async write({ id, calls }: Batch, again: boolean) {
      tries.push({ id, rows: calls.length, again });
      if (failing) throw new Error("away");
    },
    isReachable: async () => !failing,
    randomId: () => `batch-${ids++}`,
    flushMs: 5,
    firstBackoffMs: 5,
    ...changes,
  });
  return {
    writer,
    tries,
    fail(value: boolean) {
      failing = value;
    },
  };
}

describe("the writer of the ledger", () => {
  test("writes together what came within its time", async () => {
    const { writer, tries } = stage();
    for (let index = 0; index < 5; index += 1) void writer.add(call);
    expect(writer.status()).toEqual({ queued: 5, written: 0, dropped: 0 });
    await until("it is written", () => writer.status().written === 5);
    expect(tries.map(({ rows }) => rows)).toEqual([5]);
  });

  test("bounds a batch, and writes the rest in further ones", async () => {
    const { writer, tries } = stage();
    for (let index = 0; index < 1100; index += 1) void writer.add(call);
    await until("it is written", () => writer.status().written === 1100);
    expect(tries.map(({ rows }) => rows)).toEqual([500, 500, 100]);
  });

  test("tries the same batch again until the database is back, and loses nothing", async () => {
    const { writer, tries, fail } = stage();
    fail(true);
    void writer.add(call);
    await until("it has tried twice", () => tries.length >= 2);
    void writer.add(call);
    fail(false);
    await until("both are written", () => writer.status().written === 2);
    expect(new Set(tries.slice(0, -1).map(({ id }) => id))).toEqual(new Set(["batch-0"]));
    expect(tries[0]?.again).toBe(false);
    expect(tries[1]?.again).toBe(true);
    expect(writer.status()).toEqual({ queued: 0, written: 2, dropped: 0 });
  });

  test("drops and counts what finds the queue full", async () => {
    const { writer, fail } = stage({ maxQueuedCalls: 10 });
    fail(true);
    for (let index = 0; index < 15; index += 1) void writer.add(call);
    expect(writer.status()).toEqual({ queued: 10, written: 0, dropped: 5 });
    fail(false);
    await until("the queue is written", () => writer.status().written === 10);
  });

  test("gives up a batch that a database in good order refuses, and goes on", async () => {
    let refuse = true;
    const { writer } = stage({
      async write() {
        if (refuse) throw new Error("this row");
      },
      isReachable: async () => true,
    });
    void writer.add(call);
    await until("it is dropped", () => writer.status().dropped === 1);
    refuse = false;
    void writer.add(call);
    await until("the next one is written", () => writer.status().written === 1);
  });

  test("writes all that is queued when it is closed", async () => {
    const { writer } = stage({ flushMs: 60_000 });
    for (let index = 0; index < 1100; index += 1) void writer.add(call);
    await writer.close();
    expect(writer.status()).toEqual({ queued: 0, written: 1100, dropped: 0 });
  });

  test("ends at once if it is closed while the database is away", async () => {
    const { writer, tries, fail } = stage({ firstBackoffMs: 60_000 });
    fail(true);
    for (let index = 0; index < 1100; index += 1) void writer.add(call);
    await until("it has tried", () => tries.length === 1);
    await writer.close();
    expect(writer.status()).toEqual({ queued: 0, written: 0, dropped: 1100 });
    expect(tries.length).toBeLessThanOrEqual(2);
  });
});
