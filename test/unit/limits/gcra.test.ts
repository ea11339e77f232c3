import { describe, expect, test } from "bun:test";
import { applyHold, applySettle } from "../../../src/limits/apply.ts";
import type { RateBucket } from "../../../src/limits/bucket.ts";
import { waitForUnits } from "../../../src/limits/gcra.ts";
import { createMemoryRows } from "../../../src/store/memory-rows.ts";
import { entries, rate } from "../../support/limit-buckets.ts";
import { createRandom } from "../../support/random.ts";

/**
 * The plain model: a bucket that holds `limit` units and refills continuously, in exact fractions
 * of BigInt.
 */
function createModel({ limit, windowMs }: RateBucket) {
  const size = BigInt(limit) * BigInt(windowMs);
  let level = 0n;
  let last = 0n;
  return (nowMs: number, units: number): boolean => {
    const now = BigInt(nowMs);
    const leaked = now > last ? (now - last) * BigInt(limit) : 0n;
    const next = (leaked > level ? 0n : level - leaked) + BigInt(units) * BigInt(windowMs);
    const passes = next <= size;
    if (passes) level = next;
    if (passes || now < last) last = now;
    return passes;
  };
}

/** A bucket under test; says whether it let the units pass. */
function createSubject(bucket: RateBucket) {
  const rows = createMemoryRows();
  let call = 0;
  return (nowMs: number, units: number): boolean => {
    call += 1;
    const request = { call: `c${call}`, entries: entries(units, bucket) };
    if (applyHold(rows, request, nowMs).status !== "held") return false;
    // Otherwise its lease would lapse, and give the units back.
    applySettle(rows, request, nowMs);
    return true;
  };
}

const START = 1_790_000_000_000;

describe("a rolling rate", () => {
  test("decides like exact fractions, whatever limit and window, and with a clock that steps back", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = createRandom(seed);
      const windowMs = random.pick([1000, 7000, 60_000, 3_600_000]);
      const limit = random.pick([1, 3, 7, 60, 999, 1_000_000_000]);
      const bucket = rate("tokens", limit, windowMs);
      const [subject, model] = [createSubject(bucket), createModel(bucket)];
      let now = START;
      for (let step = 0; step < 200; step++) {
        now += random.int(random.pick([0, -500]), random.pick([0, 3, 1000, windowMs]));
        const units = random.int(1, Math.max(1, Math.floor(limit / random.int(1, 5))));
        expect({ seed, step, passed: subject(now, units) }).toEqual({
          seed,
          step,
          passed: model(now, units),
        });
      }
    }
  });

  test("gives the whole quota as a burst, and no more than twice of it in any window", () => {
    const bucket = rate("requests", 60, 60_000);
    const pass = createSubject(bucket);
    const passedAt: number[] = [];
    for (let now = START; now < START + 180_000; now += 100) if (pass(now, 1)) passedAt.push(now);
    const inWindow = (from: number) =>
      passedAt.filter((at) => at >= from && at < from + 60_000).length;
    expect(createSubjectBurst(bucket)).toBe(60);
    expect(Math.max(...passedAt.map(inWindow))).toBeLessThanOrEqual(120);
    // In the long run it is the rate: the burst, and then one for each second.
    expect(passedAt.length).toBe(60 + 179);
  });

  test("tells how long to wait: the units fit then, and not a tick before", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = createRandom(seed);
      const bucket = rate("requests", random.int(1, 100), random.pick([1000, 60_000, 3_600_000]));
      const rows = createMemoryRows();
      const hold = (call: string, units: number, now: number) =>
        applyHold(rows, { call, entries: entries(units, bucket) }, now);
      hold("first", bucket.limit, START);
      const units = random.int(1, bucket.limit);
      const now = START + random.int(0, 500);
      const refused = hold("second", units, now);
      if (refused.status !== "refused") continue;
      const wait = waitForUnits(bucket, refused.states[0]?.value ?? 0, units) ?? Number.NaN;
      expect(wait).toBeGreaterThan(0);
      expect(hold("third", units, now + wait - 1).status).toBe("refused");
      expect(hold("fourth", units, now + wait).status).toBe("held");
    }
  });

  test("never lets more units pass than its limit, and says so", () => {
    const bucket = rate("tokens", 100, 1000);
    expect(waitForUnits(bucket, 0, 101)).toBeNull();
    expect(waitForUnits(rate("tokens", 0, 1000), 0, 1)).toBeNull();
  });
});

function createSubjectBurst(bucket: RateBucket): number {
  const pass = createSubject(bucket);
  let passed = 0;
  while (pass(START, 1)) passed += 1;
  return passed;
}
