import type { LimitReport } from "../errors/limit-report.ts";
import type { Bucket, BucketState } from "./bucket.ts";
import { periodEnd } from "./calendar.ts";
import { usedUnits, waitForUnits } from "./gcra.ts";

const MICRO = 1_000_000;

/** How one bucket stands, in the unit of its limit. */
export interface Standing {
  readonly bucket: Bucket;
  readonly used: number;
  readonly reserved: number;
  /** Never below 0. */
  readonly remaining: number;
  /** Milliseconds until the whole limit is there again; null if it does not come back by itself. */
  readonly resetMs: number | null;
  /** The store's clock, in milliseconds since 1970. */
  readonly now: number;
}

export function describeStanding(bucket: Bucket, state: BucketState, now: number): Standing {
  const reserved = countReserved(bucket, state);
  const used = countUsed(bucket, state);
  const remaining = Math.max(0, bucket.limit - used - reserved);
  return { bucket, used, reserved, remaining, resetMs: resetMs(bucket, state, now), now };
}

/** What is reserved of a rate is part of its level, and leaks with it. */
function countReserved(bucket: Bucket, { value, reserved }: BucketState): number {
  switch (bucket.kind) {
    case "requests":
    case "tokens":
      return Math.min(usedUnits(bucket, value), reserved);
    case "concurrent":
      return 0;
    case "usd":
      return reserved;
  }
}

function countUsed(bucket: Bucket, { value, reserved }: BucketState): number {
  switch (bucket.kind) {
    case "requests":
    case "tokens":
      return Math.max(0, usedUnits(bucket, value) - reserved);
    case "concurrent":
      return reserved;
    case "usd":
      return value;
  }
}

function resetMs(bucket: Bucket, { value, at }: BucketState, now: number): number | null {
  switch (bucket.kind) {
    case "requests":
    case "tokens":
      return waitForUnits(bucket, value, bucket.limit);
    case "concurrent":
      return null;
    case "usd": {
      const end = periodEnd(bucket.period, at) ?? bucket.endsAt;
      return end === null ? null : Math.max(0, end - now);
    }
  }
}

export function reportStanding(standing: Standing): LimitReport {
  const { bucket, used, reserved, resetMs: reset, now } = standing;
  const unit = bucket.kind === "usd" ? MICRO : 1;
  return {
    per: bucket.per,
    kind: bucket.kind,
    limit: bucket.limit / unit,
    used: used / unit,
    reserved: reserved / unit,
    resets_at: reset === null ? null : new Date(now + reset).toISOString(),
  };
}
