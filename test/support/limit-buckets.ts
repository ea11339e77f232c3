import type {
  Bucket,
  ConcurrencyBucket,
  MoneyBucket,
  RateBucket,
} from "../../src/limits/bucket.ts";

const identity = { per: "subject", home: "oneshot/acme", shadow: false } as const;

export function rate(
  kind: RateBucket["kind"],
  limit: number,
  windowMs: number,
  changes: Partial<RateBucket> = {},
): RateBucket {
  return { ...identity, key: `subject:u/${kind}/${windowMs}`, kind, limit, windowMs, ...changes };
}

export function concurrent(
  limit: number,
  changes: Partial<ConcurrencyBucket> = {},
): ConcurrencyBucket {
  return { ...identity, key: "subject:u/concurrent", kind: "concurrent", limit, ...changes };
}

/** `limit` in micro-dollars. */
export function money(
  limit: number,
  period: MoneyBucket["period"] = "none",
  changes: Partial<MoneyBucket> = {},
): MoneyBucket {
  const key = `subject:u/usd/${period}`;
  return { ...identity, key, kind: "usd", limit, period, endsAt: null, ...changes };
}

/** The same amount in each bucket. */
export function entries(amount: number, ...buckets: readonly Bucket[]) {
  return buckets.map((bucket) => ({ bucket, amount }));
}
