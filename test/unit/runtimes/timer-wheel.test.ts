import { describe, expect, spyOn, test } from "bun:test";
import { createTimerWheel } from "../../../src/runtimes/timer-wheel.ts";

const PERIOD_MS = 80;
/** A sixteenth of it: so much too early a call may come. */
const SLOT_MS = 5;
const EARLIEST_MS = PERIOD_MS - SLOT_MS;

function block(milliseconds: number): void {
  for (const until = performance.now() + milliseconds; performance.now() < until; );
}

describe("the timer wheel", () => {
  test("calls each one about once a period, whenever it joined", async () => {
    const every = createTimerWheel();
    const gaps: number[] = [];
    const firstGaps: number[] = [];
    const stops = await Promise.all(
      [0, 3, 17, 40, 79].map(async (delay) => {
        await Bun.sleep(delay);
        const joined = performance.now();
        let last = joined;
        return every(PERIOD_MS, () => {
          if (last === joined) firstGaps.push(performance.now() - joined);
          gaps.push(performance.now() - last);
          last = performance.now();
        });
      }),
    );
    await Bun.sleep(PERIOD_MS * 5);
    for (const stop of stops) stop();
    expect(gaps.length).toBeWithin(5 * 3, 5 * 6 + 1);
    expect(firstGaps.length).toBe(5);
    expect(Math.min(...firstGaps)).toBeGreaterThanOrEqual(EARLIEST_MS);
    gaps.sort((one, other) => one - other);
    expect(gaps[Math.floor(gaps.length / 2)]).toBeWithin(PERIOD_MS - 2 * SLOT_MS, PERIOD_MS * 1.5);
  });

  test("calls nobody before its time, not even who joins when the wheel is late", async () => {
    const every = createTimerWheel();
    const stopOther = every(PERIOD_MS, () => {});
    block(PERIOD_MS * 2);
    const joined = performance.now();
    const { promise, resolve } = Promise.withResolvers<number>();
    const stop = every(PERIOD_MS, () => resolve(performance.now() - joined));
    expect(await promise).toBeGreaterThanOrEqual(EARLIEST_MS);
    stop();
    stopOther();
  });

  test("takes one function twice, and shorter periods than a slot", async () => {
    const every = createTimerWheel();
    let calls = 0;
    const count = () => {
      calls += 1;
    };
    const cleared = spyOn(globalThis, "clearTimeout");
    const stops = [every(3, count), every(3, count)];
    await Bun.sleep(30);
    expect(calls).toBeGreaterThanOrEqual(4);
    expect(calls % 2).toBe(0);
    for (const stop of stops) stop();
    expect(cleared).toHaveBeenCalledTimes(1);
    cleared.mockRestore();
  });

  test("keeps its periods on a busy process, and makes up for none that was missed", async () => {
    const every = createTimerWheel();
    let calls = 0;
    const stop = every(PERIOD_MS, () => {
      calls += 1;
    });
    const endsAt = performance.now() + PERIOD_MS * 8;
    // Three slots late each time.
    while (performance.now() < endsAt) {
      block(SLOT_MS * 3);
      await Bun.sleep(0);
    }
    expect(calls).toBeWithin(6, 10);
    const before = calls;
    block(PERIOD_MS * 4);
    await Bun.sleep(SLOT_MS);
    expect(calls - before).toBeWithin(1, 3);
    stop();
  });

  test("calls nobody who was stopped, even by another who is called together with it", async () => {
    const every = createTimerWheel();
    const called: string[] = [];
    let stopSecond = () => {};
    const stopFirst = every(PERIOD_MS, () => {
      called.push("first");
      stopSecond();
    });
    stopSecond = every(PERIOD_MS, () => called.push("second"));
    await Bun.sleep(PERIOD_MS * 1.5);
    stopFirst();
    stopFirst();
    await Bun.sleep(PERIOD_MS * 1.5);
    expect(called).toEqual(["first"]);
  });

  test("lets one join while others are called, and does not call it at once", async () => {
    const every = createTimerWheel();
    let joinedCalls = 0;
    const stops: (() => void)[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    stops.push(
      every(PERIOD_MS, () => {
        if (stops.length > 1) return;
        stops.push(
          every(PERIOD_MS, () => {
            joinedCalls += 1;
          }),
        );
        resolve();
      }),
    );
    await promise;
    await Bun.sleep(PERIOD_MS / 2);
    expect(joinedCalls).toBe(0);
    await Bun.sleep(PERIOD_MS);
    expect(joinedCalls).toBe(1);
    for (const stop of stops) stop();
  });

  test("one that throws is reported, and the others are called", async () => {
    const every = createTimerWheel();
    const reported = spyOn(globalThis, "reportError").mockImplementation(() => {});
    let calls = 0;
    const stops = [
      every(PERIOD_MS, () => {
        throw new TypeError("broken");
      }),
      every(PERIOD_MS, () => {
        calls += 1;
      }),
    ];
    await Bun.sleep(PERIOD_MS * 1.5);
    for (const stop of stops) stop();
    expect(calls).toBe(1);
    expect(reported.mock.calls).toEqual([[new TypeError("broken")]]);
    reported.mockRestore();
  });

  test("wakes the process once a period for one callback, and never for none", async () => {
    const every = createTimerWheel();
    const started = spyOn(globalThis, "setTimeout");
    const cleared = spyOn(globalThis, "clearTimeout");
    let calls = 0;
    const stops = [0, 1].map(() =>
      every(PERIOD_MS, () => {
        calls += 1;
      }),
    );
    const endsAt = performance.now() + PERIOD_MS * 3.5;
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = setInterval(() => performance.now() > endsAt && resolve(), 1);
    await promise;
    clearInterval(watch);
    expect(calls).toBeWithin(4, 7);
    expect(started.mock.calls.length).toBeWithin(2, 8);
    const { length } = started.mock.calls;
    stops[0]?.();
    expect(cleared).toHaveBeenCalledTimes(0);
    stops[1]?.();
    expect(cleared).toHaveBeenCalledTimes(1);
    expect(started.mock.calls.length).toBe(length);
    started.mockRestore();
    cleared.mockRestore();
    // It starts again.
    const again = Promise.withResolvers<void>();
    const stop = every(PERIOD_MS, again.resolve);
    await again.promise;
    stop();
  });

  test("goes on if the last one leaves and another joins while it is called", async () => {
    const every = createTimerWheel();
    const started = spyOn(globalThis, "setTimeout");
    let calls = 0;
    let stop = every(PERIOD_MS, replace);
    function replace(): void {
      calls += 1;
      stop();
      stop = every(PERIOD_MS, replace);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const endsAt = performance.now() + PERIOD_MS * 5.5;
    const watch = setInterval(() => performance.now() > endsAt && resolve(), 1);
    await promise;
    clearInterval(watch);
    expect(calls).toBeWithin(4, 6);
    expect(started.mock.calls.length).toBeWithin(4, 10);
    stop();
    started.mockRestore();
  });
});
