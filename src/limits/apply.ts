import { type Bucket, type BucketState, type Entry, MAX_VALUE } from "./bucket.ts";
import { DAY_MS, periodAt } from "./calendar.ts";
import { addUnits, leak, tickAt, tickMs, windowTicks } from "./gcra.ts";
import {
  type HoldRequest,
  type HoldResult,
  LEASE_MS,
  type Reading,
  type SettleRequest,
} from "./limit-store.ts";
import type { Rows } from "./rows.ts";

/**
 * The arithmetic of reserving and settling. The Lua script in store/redis-limit-script.ts does the
 * same, and a test compares the two on random histories.
 */

/** Checks all buckets, then reserves in all of them or in none. */
export function applyHold(rows: Rows, { call, entries }: HoldRequest, now: number): HoldResult {
  const states: BucketState[] = [];
  const increases: number[] = [];
  let refused = -1;
  for (const { bucket, amount } of entries) {
    const state = dropLapsed(rows, bucket, now);
    const held = rows.readLease(bucket, call)?.amount;
    const increase = Math.max(0, amount - (held ?? 0));
    const isAsked = increase > 0 || (held === undefined && bucket.limit === 0);
    if (refused < 0 && !bucket.shadow && isAsked && !fits(bucket, state, increase))
      refused = states.length;
    states.push(state);
    increases.push(increase);
  }
  if (rows.isSettled(call, now)) return { status: "settled", now, states };
  if (refused >= 0) return { status: "refused", refused, now, states };
  let index = 0;
  for (const { bucket, amount } of entries) {
    const state = take(bucket, states[index] ?? EMPTY, increases[index] ?? 0);
    const held = rows.readLease(bucket, call)?.amount ?? 0;
    rows.writeLease(bucket, call, { amount: Math.max(held, amount), until: now + LEASE_MS });
    rows.writeState(bucket, state, expiresAt(bucket, state, now));
    states[index] = state;
    index += 1;
  }
  return { status: "held", now, states };
}

/** Replaces what the call holds by what it consumed; a second time it changes nothing. */
export function applySettle(rows: Rows, { call, entries }: SettleRequest, now: number): Reading {
  const isSettled = rows.isSettled(call, now);
  rows.markSettled(call, now);
  const states: BucketState[] = [];
  for (const { bucket, amount } of entries) {
    let state = dropLapsed(rows, bucket, now);
    if (!isSettled) {
      const held = rows.readLease(bucket, call)?.amount ?? 0;
      rows.dropLease(bucket, call);
      state = release(bucket, state, held, amount);
      rows.writeState(bucket, state, expiresAt(bucket, state, now));
    }
    states.push(state);
  }
  return { now, states };
}

/**
 * Takes a hold back as if it had never been, its requests included: for a store that decides in
 * more than one place, when a later one refuses.
 */
export function applyUndo(rows: Rows, { call, entries }: HoldRequest, now: number): Reading {
  for (const { bucket } of entries) {
    if (bucket.kind !== "requests") continue;
    const held = rows.readLease(bucket, call)?.amount ?? 0;
    const state = dropLapsed(rows, bucket, now);
    const undone = { ...state, value: addUnits(bucket, state.value, -held) };
    rows.writeState(bucket, undone, expiresAt(bucket, undone, now));
  }
  return applySettle(
    rows,
    { call, entries: entries.map(({ bucket }) => ({ bucket, amount: 0 })) },
    now,
  );
}

const EMPTY: BucketState = { value: 0, at: 0, reserved: 0 };

/** The buckets as they are now; it writes nothing. */
export function readStates(rows: Rows, entries: readonly Entry[], now: number): Reading {
  const states = entries.map(({ bucket }) => {
    const stored = rows.readState(bucket) ?? EMPTY;
    return withoutLapsed(bucket, stored, rows.lapsedLeases(bucket, now), now);
  });
  return { now, states };
}

/** The bucket's state now, without the reservations whose lease is over. */
function withoutLapsed(
  bucket: Bucket,
  stored: BucketState,
  lapsed: ReturnType<Rows["lapsedLeases"]>,
  now: number,
): BucketState {
  let state = roll(bucket, stored, now);
  for (const [, { amount }] of lapsed) state = release(bucket, state, amount, 0);
  return state;
}

/** The same, written down if there is anything that must not be found again. */
function dropLapsed(rows: Rows, bucket: Bucket, now: number): BucketState {
  const stored = rows.readState(bucket) ?? EMPTY;
  const lapsed = rows.lapsedLeases(bucket, now);
  const state = withoutLapsed(bucket, stored, lapsed, now);
  for (const [call] of lapsed) rows.dropLease(bucket, call);
  // A clock that has stepped back is taken note of, or a full bucket would wait until it has caught
  // up.
  if (lapsed.length > 0 || state.at < stored.at)
    rows.writeState(bucket, state, expiresAt(bucket, state, now));
  return state;
}

/** The state at a later moment: rates leak, budgets begin anew with their period. */
export function roll(
  bucket: Bucket,
  { value, at, reserved }: BucketState,
  now: number,
): BucketState {
  switch (bucket.kind) {
    case "requests":
    case "tokens": {
      const tick = tickAt(bucket, now);
      return { value: leak(value, tick - at, bucket.limit), at: tick, reserved };
    }
    case "concurrent":
      return { value: 0, at: 0, reserved };
    case "usd": {
      const current = periodAt(bucket.period, now);
      if (at < current) return { value: 0, at: current, reserved };
      // A clock that steps back over the end of a period must not refill the budget twice; one that
      // was far ahead must not stop it.
      return { value, at: at > current + 1 ? current : at, reserved };
    }
  }
}

function fits(bucket: Bucket, { value, reserved }: BucketState, increase: number): boolean {
  if (bucket.limit === 0) return false;
  switch (bucket.kind) {
    case "requests":
    case "tokens":
      return addUnits(bucket, value, increase) <= bucket.limit * windowTicks(bucket);
    case "concurrent":
      return reserved + increase <= bucket.limit;
    case "usd":
      return value + reserved + increase <= bucket.limit;
  }
}

function take(bucket: Bucket, state: BucketState, increase: number): BucketState {
  switch (bucket.kind) {
    case "requests":
      return { ...state, value: addUnits(bucket, state.value, increase) };
    case "tokens":
      return {
        ...state,
        value: addUnits(bucket, state.value, increase),
        reserved: state.reserved + increase,
      };
    case "concurrent":
    case "usd":
      return { ...state, reserved: state.reserved + increase };
  }
}

/**
 * A request counts from the moment in which it is admitted; everything else is only held until the
 * call ends.
 */
function release(bucket: Bucket, state: BucketState, held: number, actual: number): BucketState {
  const reserved = Math.max(0, state.reserved - held);
  switch (bucket.kind) {
    case "requests":
      return state;
    case "tokens":
      return { ...state, value: addUnits(bucket, state.value, actual - held), reserved };
    case "concurrent":
      return { ...state, reserved };
    case "usd":
      return { ...state, value: Math.min(MAX_VALUE, state.value + actual), reserved };
  }
}

/** From when on a bucket's row may be forgotten, in milliseconds since 1970. */
export function expiresAt(bucket: Bucket, { value, at }: BucketState, now: number): number {
  const lease = now + LEASE_MS;
  switch (bucket.kind) {
    case "requests":
    case "tokens": {
      const ticks = bucket.limit === 0 ? windowTicks(bucket) : Math.ceil(value / bucket.limit);
      return lease + ticks * tickMs(bucket.windowMs);
    }
    case "concurrent":
      return lease;
    case "usd": {
      if (bucket.period === "none") return Math.max(lease, bucket.endsAt ?? now + DAY_MS);
      // Not before the period's end; to know that end exactly would take a calendar in Lua too.
      const periods = at - periodAt(bucket.period, now) + 1;
      return Math.max(lease, now + periods * LONGEST_PERIOD_MS[bucket.period]);
    }
  }
}

const LONGEST_PERIOD_MS = { day: DAY_MS, month: 31 * DAY_MS } as const;
