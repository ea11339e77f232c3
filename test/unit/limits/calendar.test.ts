import { describe, expect, test } from "bun:test";
import { roll } from "../../../src/limits/apply.ts";
import { DAY_MS, periodAt, periodEnd } from "../../../src/limits/calendar.ts";
import { money } from "../../support/limit-buckets.ts";
import { createRandom } from "../../support/random.ts";

const at = (text: string) => Date.parse(text);

/** The plain model: JavaScript's own UTC calendar. */
function monthByDate(ms: number): number {
  const date = new Date(ms);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

describe("the calendar of budgets", () => {
  test("knows every day from 1970 to 2400, leap days and ends of months included", () => {
    const wrong: string[] = [];
    for (let day = 0; day < 157_100; day++) {
      for (const ms of [day * DAY_MS, (day + 1) * DAY_MS - 1]) {
        const month = periodAt("month", ms);
        const end = periodEnd("month", month) ?? 0;
        const begin = periodEnd("month", month - 1) ?? 0;
        if (month !== monthByDate(ms) || ms < begin || ms >= end || periodAt("day", ms) !== day)
          wrong.push(new Date(ms).toISOString());
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each([
    ["2028-02-28T23:59:59.999Z", "2028-02-29T00:00:00.000Z", "2028-03-01T00:00:00.000Z"],
    ["2027-02-28T12:00:00.000Z", "2027-03-01T00:00:00.000Z", "2027-03-01T00:00:00.000Z"],
    ["2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"],
    ["2100-02-28T00:00:00.000Z", "2100-03-01T00:00:00.000Z", "2100-03-01T00:00:00.000Z"],
    // Clocks change in Berlin and New York on these days; a UTC day has 24 hours all the same.
    ["2026-03-29T01:30:00.000Z", "2026-03-30T00:00:00.000Z", "2026-04-01T00:00:00.000Z"],
    ["2026-11-01T05:30:00.000Z", "2026-11-02T00:00:00.000Z", "2026-12-01T00:00:00.000Z"],
  ])("%s: the day ends at %s and the month at %s", (now, day, month) => {
    const end = (period: "day" | "month") => periodEnd(period, periodAt(period, at(now)));
    expect([end("day"), end("month")]).toEqual([at(day), at(month)]);
  });
});

describe("a budget", () => {
  const spent = (day: number, value: number) => ({ value, at: day, reserved: 0 });
  const midnight = 20_000 * DAY_MS;

  test("begins anew with its period, and keeps what is reserved", () => {
    const state = { value: 70, at: 19_999, reserved: 30 };
    const next = roll(money(100, "day"), state, midnight);
    expect(next).toEqual({ value: 0, at: 20_000, reserved: 30 });
  });

  test("is not refilled by a clock that steps back over midnight and forward again", () => {
    const bucket = money(100, "day");
    const back = roll(bucket, spent(20_000, 60), midnight - 5);
    expect(back.value).toBe(60);
    expect(roll(bucket, back, midnight).value).toBe(60);
  });

  test("is not stopped for years by a clock that was once far ahead", () => {
    const bucket = money(100, "day");
    const back = roll(bucket, spent(30_000, 60), midnight);
    expect(back).toEqual(spent(20_000, 60));
    expect(roll(bucket, back, midnight + DAY_MS).value).toBe(0);
  });

  test("never allows more than its limit in one period, however the clock steps within a day", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = createRandom(seed);
      const bucket = money(100, random.pick(["day", "month"]));
      const spentIn = new Map<number, number>();
      let real = midnight + random.int(0, DAY_MS);
      let state = spent(0, 0);
      for (let step = 0; step < 200; step++) {
        real += random.int(0, DAY_MS / 4);
        state = roll(bucket, state, real - random.int(0, DAY_MS - 1));
        const amount = random.int(0, 60);
        if (state.value + amount > bucket.limit) continue;
        state = { ...state, value: state.value + amount };
        spentIn.set(state.at, (spentIn.get(state.at) ?? 0) + amount);
      }
      expect(Math.max(...spentIn.values())).toBeLessThanOrEqual(100);
    }
  });
});
