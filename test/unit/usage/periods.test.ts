import { describe, expect, test } from "bun:test";
import { SLOT_MS } from "../../../src/ledger/columns.ts";
import { listPeriods } from "../../../src/usage/periods.ts";
import { createTimeZone } from "../../../src/usage/time-zone.ts";

const at = (slot: number) => new Date(slot * SLOT_MS).toISOString();

describe("periods", () => {
  test("a day begins at the zone's midnight, and lasts 23 or 25 hours when clocks change", () => {
    const zone = createTimeZone("Europe/Berlin");
    const spring = listPeriods(zone, "2026-03-28", "2026-03-30", "day");
    expect(spring.map(({ label, first }) => [label, at(first)])).toEqual([
      ["2026-03-28", "2026-03-27T23:00:00.000Z"],
      ["2026-03-29", "2026-03-28T23:00:00.000Z"],
      ["2026-03-30", "2026-03-29T22:00:00.000Z"],
    ]);
    const [autumn] = listPeriods(zone, "2026-10-25", "2026-10-25", "day");
    expect(((autumn?.next ?? 0) - (autumn?.first ?? 0)) / 4).toBe(25);
  });

  test.each([
    ["Asia/Kolkata", "2026-11-19T18:30:00.000Z"],
    ["Asia/Kathmandu", "2026-11-19T18:15:00.000Z"],
    ["America/St_Johns", "2026-11-20T03:30:00.000Z"],
    ["Pacific/Kiritimati", "2026-11-19T10:00:00.000Z"],
    ["Pacific/Pago_Pago", "2026-11-20T11:00:00.000Z"],
  ])("in %s the 20th begins at %s", (name, start) => {
    const [day] = listPeriods(createTimeZone(name), "2026-11-20", "2026-11-20", "day");
    expect(at(day?.first ?? 0)).toBe(start);
  });

  test("a day whose midnight is skipped begins at its first instant", () => {
    // Beirut's clocks go from 24:00 to 01:00 on the last Sunday of March.
    const zone = createTimeZone("Asia/Beirut");
    const [day] = listPeriods(zone, "2026-03-29", "2026-03-29", "day");
    expect(at(day?.first ?? 0)).toBe("2026-03-28T22:00:00.000Z");
    expect(zone.format(zone.startOf("2026-03-29"))).toBe("2026-03-29T01:00+03:00");
  });

  test.each(["UTC", "Europe/Berlin", "Asia/Beirut", "America/New_York", "Australia/Lord_Howe"])(
    "of a year in %s follow each other without a gap, by hour, day and month",
    (name) => {
      const zone = createTimeZone(name);
      for (const [grain, from] of [
        ["hour", "2026-03-10"],
        ["day", "2026-01-01"],
        ["month", "2026-01-01"],
      ] as const) {
        const periods = listPeriods(
          zone,
          from,
          grain === "hour" ? "2026-04-08" : "2026-12-31",
          grain,
        );
        for (const [index, { first, next }] of periods.entries()) {
          expect(next).toBeGreaterThan(first);
          const after = periods[index + 1];
          if (after) expect(after.first).toBe(next);
        }
        expect(new Set(periods.map(({ label }) => label)).size).toBe(periods.length);
      }
    },
  );

  test("months are cut to the days that were asked for", () => {
    const zone = createTimeZone("UTC");
    const months = listPeriods(zone, "2026-10-30", "2026-12-02", "month");
    expect(months.map(({ label, first, next }) => [label, at(first), at(next)])).toEqual([
      ["2026-10", "2026-10-30T00:00:00.000Z", "2026-11-01T00:00:00.000Z"],
      ["2026-11", "2026-11-01T00:00:00.000Z", "2026-12-01T00:00:00.000Z"],
      ["2026-12", "2026-12-01T00:00:00.000Z", "2026-12-03T00:00:00.000Z"],
    ]);
  });
});
