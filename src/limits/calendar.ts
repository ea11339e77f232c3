/** What a budget's period is: a UTC day, a UTC month, or the bucket's whole life. */
export const PERIODS = ["day", "month", "none"] as const;
export type Period = (typeof PERIODS)[number];

export const DAY_MS = 86_400_000;

/**
 * The number of the period that a moment (milliseconds since 1970) is in: days or months since
 * 1970, or 0.
 */
export function periodAt(period: Period, nowMs: number): number {
  switch (period) {
    case "day":
      return Math.floor(nowMs / DAY_MS);
    case "month":
      return monthAt(nowMs);
    case "none":
      return 0;
  }
}

/** When the period of that number ends, in milliseconds since 1970; null if it has no end. */
export function periodEnd(period: Period, number: number): number | null {
  switch (period) {
    case "day":
      return (number + 1) * DAY_MS;
    case "month":
      return monthStart(number + 1);
    case "none":
      return null;
  }
}

/**
 * Months since January 1970. Plain arithmetic (days → civil date, Howard Hinnant,
 * https://howardhinnant.github.io/date_algorithms.html), because the Lua script must do the same.
 */
function monthAt(nowMs: number): number {
  // Eras of 400 years begin on 1 March, so that a leap day is the last of its year.
  const days = Math.floor(nowMs / DAY_MS) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  return (era * 400 + yearOfEra) * 12 + monthFromMarch + 2 - 1970 * 12;
}

function monthStart(month: number): number {
  return Date.UTC(1970 + Math.floor(month / 12), month - Math.floor(month / 12) * 12, 1);
}
