const whole = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

export const formatCount = (value: number): string => whole.format(value);
/** `1 call`, `2 calls`. */
export const formatCounted = (value: number, one: string): string =>
  `${formatCount(value)} ${value === 1 ? one : `${one}s`}`;
export const formatShort = (value: number): string => short.format(value);

/** Dollars: cents from a dollar on, and more digits for less. */
export function formatDollars(value: number): string {
  if (value === 0) return "$0";
  const digits = value >= 1 ? 2 : value >= 0.01 ? 4 : 6;
  return `$${value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: digits })}`;
}

export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  return `${minutes} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}

export function formatShare(part: number, of: number): string {
  return of === 0 ? "–" : `${((part / of) * 100).toFixed(1)} %`;
}

export function formatTime(iso: string): string {
  return new Date(iso).toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
}

/** A group that has no name of its own. */
export const nameOf = (value: string): string => (value === "" ? "(none)" : value);
