import { MAX_VALUE, type RateBucket } from "./bucket.ts";

/**
 * GCRA in whole numbers. A bucket of `limit` per window of W ticks is kept as a level: each unit
 * taken adds W to it, each tick takes `limit` off it, and it is full at `limit` × W. Neither the
 * unit's share of the window nor the rate need be whole, as they must where a timestamp is kept.
 */

/**
 * Windows longer than this are counted in seconds, so that the largest limit's level stays below
 * 2^53.
 */
const FINE_WINDOW_MS = 3_600_000;

export function tickMs(windowMs: number): number {
  return windowMs <= FINE_WINDOW_MS ? 1 : 1000;
}

export function windowTicks({ windowMs }: RateBucket): number {
  return windowMs / tickMs(windowMs);
}

export function tickAt({ windowMs }: RateBucket, nowMs: number): number {
  return Math.floor(nowMs / tickMs(windowMs));
}

/**
 * The level after this many ticks. A clock that stepped back takes nothing off and adds nothing.
 */
export function leak(level: number, ticks: number, limit: number): number {
  return ticks <= 0 ? level : Math.max(0, level - ticks * limit);
}

/** The level with this many units more (or fewer). */
export function addUnits(bucket: RateBucket, level: number, units: number): number {
  return Math.min(MAX_VALUE, Math.max(0, level + units * windowTicks(bucket)));
}

/** Units that the level stands for, the last one begun included. */
export function usedUnits(bucket: RateBucket, level: number): number {
  return Math.ceil(level / windowTicks(bucket));
}

/** Milliseconds until this many units fit; null if they never do. */
export function waitForUnits(bucket: RateBucket, level: number, units: number): number | null {
  if (units > bucket.limit || bucket.limit === 0) return null;
  const excess = level + (units - bucket.limit) * windowTicks(bucket);
  return Math.max(0, Math.ceil(excess / bucket.limit)) * tickMs(bucket.windowMs);
}
