export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export interface Range {
  low: number;
  middle: number;
  high: number;
}

export function rangeOf(values: readonly number[]): Range {
  return { low: Math.min(...values), middle: median(values), high: Math.max(...values) };
}

/**
 * How many times `base` a value is; null, no difference shown, if their ranges overlap or there is
 * none, as after a single round.
 */
export function compare(values: readonly number[], base: readonly number[]): number | null {
  if (values.length < 2 || base.length < 2) return null;
  const [one, other] = [rangeOf(values), rangeOf(base)];
  if (one.low <= other.high && other.low <= one.high) return null;
  return one.middle / other.middle;
}
