/** The calendar of one time zone. Days are `YYYY-MM-DD`. */
export interface TimeZone {
  readonly name: string;
  /** The day in which this instant (milliseconds since 1970) is. */
  dayOf(instant: number): string;
  /** The first instant of a day, in milliseconds since 1970. */
  startOf(day: string): number;
  /** An instant as `2026-10-25T02:00+01:00`. */
  format(instant: number): string;
}

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;

/** A zone of the IANA database; throws a RangeError if there is none of this name. */
export function createTimeZone(name: string): TimeZone {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    calendar: "gregory",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });

  /** The zone's wall clock at this instant, read as if it were UTC. */
  function wallClock(instant: number): number {
    const at: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instant)) at[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = at;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }

  function dayOf(instant: number): string {
    return new Date(wallClock(instant)).toISOString().slice(0, 10);
  }

  return {
    name,
    dayOf,
    startOf(day) {
      const midnight = Date.parse(`${day}T00:00:00Z`);
      const guess = midnight - (wallClock(midnight) - midnight);
      let start = midnight - (wallClock(guess) - guess);
      // Where clocks change at midnight, the day begins later, or has two midnights.
      while (dayOf(start) < day) start += QUARTER_MS;
      while (dayOf(start - QUARTER_MS) >= day) start -= QUARTER_MS;
      return start;
    },
    format(instant) {
      const wall = wallClock(instant);
      const minutes = Math.round((wall - instant) / MINUTE_MS);
      const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, "0");
      const rest = String(Math.abs(minutes) % 60).padStart(2, "0");
      const offset = `${minutes < 0 ? "-" : "+"}${hours}:${rest}`;
      return `${new Date(wall).toISOString().slice(0, 16)}${offset}`;
    },
  };
}

/** The day after, or `count` days after. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

/** The first day of the month after this day's. */
export function firstOfNextMonth(day: string): string {
  const [year = 0, month = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}
