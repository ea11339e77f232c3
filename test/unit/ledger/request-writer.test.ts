import { describe, expect, test } from "bun:test";
import type { Batch } from "../../../src/ledger/append-calls.ts";
import { createRequestWriter } from "../../../src/ledger/request-writer.ts";
import { callRecord } from "../../support/call-records.ts";

const call = callRecord();

/** A writer to a database that fails as often as the test says; what it wrote is kept. */
function stage({ failures = 0, hangs = false } = {}) {
  const tries: { id: string; rows: number; again: boolean }[] = [];
  const clock = { now: 1_000_000 };
  let [left, ids] = [failures, 0];
  const writer = createRequestWriter({
    async write({ id, calls }: Batch, again: boolean) {
      tries.push({ id, rows: calls.length, again });
      left -= 1;
      if (left >= 0) throw new Error("away");
      // As in a request that is ended: nothing comes back.
      if (hangs && !again) await new Promise(() => {});
    },
    isReachable: async () => true,
    randomId: () => `batch-${ids++}`,
    now: () => clock.now,
  });
  return { writer, tries, clock };
}

describe("the writer of the ledger within requests", () => {
  test("has the first call write for all that come within its time", async () => {
    const { writer, tries } = stage();
    const works = [writer.add(call), writer.add(call), writer.add(call)];
    expect(works.slice(1)).toEqual([undefined, undefined]);
    expect(writer.status()).toEqual({ queued: 3, written: 0, dropped: 0 });
    await works[0];
    expect(tries).toEqual([{ id: "batch-0", rows: 3, again: false }]);
    expect(writer.status()).toEqual({ queued: 0, written: 3, dropped: 0 });
    await writer.add(call);
    expect(writer.status()).toEqual({ queued: 0, written: 4, dropped: 0 });
  });

  test("tries the same batch again; what comes meanwhile does not wait for it", async () => {
    const { writer, tries } = stage({ failures: 1 });
    const first = writer.add(call);
    await Bun.sleep(150);
    const second = writer.add(call);
    expect(second).toBeInstanceOf(Promise);
    await Promise.all([first, second]);
    expect(tries[0]).toEqual({ id: "batch-0", rows: 1, again: false });
    expect(tries.slice(1)).toContainEqual({ id: "batch-0", rows: 1, again: true });
    expect(tries.slice(1)).toContainEqual({ id: "batch-1", rows: 1, again: false });
    expect(writer.status()).toEqual({ queued: 0, written: 2, dropped: 0 });
  });

  test("gives up a batch that is refused four times, and counts its calls", async () => {
    const { writer, tries } = stage({ failures: 4 });
    const work = writer.add(call);
    writer.add(call);
    await work;
    expect(tries.length).toBe(4);
    expect(writer.status()).toEqual({ queued: 0, written: 0, dropped: 2 });
  });

  test("writes in a later request what an ended one has left", async () => {
    const { writer, tries, clock } = stage();
    // workerd ends what a request still does after 30 s, or with its isolate.
    const setTimer = globalThis.setTimeout;
    globalThis.setTimeout = Object.assign(() => setTimer(() => {}, 0), setTimer);
    writer.add(call);
    globalThis.setTimeout = setTimer;
    clock.now += 199;
    expect(writer.add(call)).toBeUndefined();
    clock.now += 1;
    await writer.add(call);
    expect(tries).toEqual([{ id: "batch-0", rows: 3, again: false }]);
  });

  test("writes again what an ended request was about to write, and counts it once", async () => {
    const { writer, tries, clock } = stage({ hangs: true });
    writer.add(call);
    await Bun.sleep(150);
    expect(tries).toEqual([{ id: "batch-0", rows: 1, again: false }]);
    clock.now += 30_000;
    writer.add(call);
    await Bun.sleep(150);
    expect(tries.slice(1)).toEqual([
      { id: "batch-0", rows: 1, again: true },
      { id: "batch-1", rows: 1, again: false },
    ]);
    expect(writer.status()).toEqual({ queued: 1, written: 1, dropped: 0 });
  });

  test("waits no longer if the clock steps back", async () => {
    const { writer, clock } = stage();
    const first = writer.add(call);
    clock.now -= 3_600_000;
    const second = writer.add(call);
    expect(second).toBeInstanceOf(Promise);
    await Promise.all([first, second]);
    expect(writer.status()).toEqual({ queued: 0, written: 2, dropped: 0 });
  });

  test("writes what waits when it is closed", async () => {
    const { writer, tries } = stage();
    const work = writer.add(call);
    await writer.close();
    expect(tries.map(({ rows }) => rows)).toEqual([1]);
    await work;
    expect(tries.length).toBe(1);
  });
});
