import { SLOT_MS } from "../ledger/columns.ts";
import { addDays, firstOfNextMonth, type TimeZone } from "./time-zone.ts";

export const GRAINS = ["hour", "day", "month"] as const;
export type Grain = (typeof GRAINS)[number];

export function isGrain(name: string): name is Grain {
  return name === "hour" || name === "day" || name === "month";
}

/** A period that usage is summed over: from the slot `first` up to, but not including, `next`. */
export interface Period {
  readonly label: string;
  readonly first: number;
  readonly next: number;
}

const HOUR_MS = 3600 * 1000;

/**
 * The periods of the days `from` to `to`, both included; one without a label if there is no grain.
 */
export function listPeriods(
  zone: TimeZone,
  from: string,
  to: string,
  grain: Grain | undefined,
): Period[] {
  const end = zone.startOf(addDays(to, 1));
  if (grain === undefined) return [period("", zone.startOf(from), end)];
  const periods: Period[] = [];
  for (let day = from; day <= to; ) {
    const nextDay = grain === "month" ? firstOfNextMonth(day) : addDays(day, 1);
    const start = zone.startOf(day);
    const stop = Math.min(zone.startOf(nextDay), end);
    if (grain === "hour") {
      for (let at = start; at < stop; at += HOUR_MS)
        periods.push(period(zone.format(at), at, Math.min(at + HOUR_MS, stop)));
    } else periods.push(period(grain === "month" ? day.slice(0, 7) : day, start, stop));
    day = nextDay;
  }
  return periods;
}

function period(label: string, start: number, stop: number): Period {
  return { label, first: Math.floor(start / SLOT_MS), next: Math.floor(stop / SLOT_MS) };
}
