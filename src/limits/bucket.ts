import type { Period } from "./calendar.ts";

/** Whose consumption a limit counts. */
export const PERS = ["token", "session", "subject", "tenant", "issuer"] as const;
export type Per = (typeof PERS)[number];

/** What a limit counts. */
export type LimitKind = Bucket["kind"];

interface BucketIdentity {
  readonly per: Per;
  /**
   * The place that decides on this bucket in one step: a hash slot, or a Durable Object. It is the
   * tenant, or the subject if the token names no tenant, or the issuer for what all of its tokens
   * share.
   */
  readonly home: string;
  /**
   * Names the bucket within its home. It says nothing of the size, so a token with another limit
   * does not refill it.
   */
  readonly key: string;
  /** A whole number of requests, tokens, calls at once, or micro-dollars. 0 allows none. */
  readonly limit: number;
  /** Counts and reports, and never refuses. */
  readonly shadow: boolean;
}

/** A rolling rate, with the whole quota available as a burst (GCRA). */
export interface RateBucket extends BucketIdentity {
  readonly kind: "requests" | "tokens";
  readonly windowMs: number;
}

export interface ConcurrencyBucket extends BucketIdentity {
  readonly kind: "concurrent";
}

export interface MoneyBucket extends BucketIdentity {
  readonly kind: "usd";
  readonly period: Period;
  /**
   * For a budget without a period: when its token expires, in milliseconds since 1970; null keeps
   * it for a day after its last use.
   */
  readonly endsAt: number | null;
}

export type Bucket = RateBucket | ConcurrencyBucket | MoneyBucket;

/**
 * What is stored of a bucket. All three are whole numbers below 2^53, as Lua and SQLite need them.
 */
export interface BucketState {
  /**
   * Rates: how full the bucket is, in units of 1/window (see gcra.ts). Money: what was spent, in
   * micro-dollars.
   */
  readonly value: number;
  /** Rates: the tick of `value`. Money: the number of its period. */
  readonly at: number;
  /** What running calls hold, in the unit of the limit. */
  readonly reserved: number;
}

/** Consumption of one call in one bucket. */
export interface Entry {
  readonly bucket: Bucket;
  /** In the unit of the bucket's limit. */
  readonly amount: number;
}

/** Beyond this, doubles (and with them Lua, JSON and SQLite's bindings) lose whole numbers. */
export const MAX_VALUE = Number.MAX_SAFE_INTEGER;
