import type { Bucket, BucketState } from "../limits/bucket.ts";
import type { Lease, Rows } from "../limits/rows.ts";

/**
 * Nothing is sent twice within a process, and a limiter renews nothing that it has settled, so
 * little need be remembered: at thousands of calls a second, seconds are many names to keep.
 */
const REMEMBER_SETTLED_MS = 1000;
/** Rows below this number are not worth a sweep. */
const MIN_SWEEP_ROWS = 1024;

interface Row {
  state: BucketState;
  expiresAt: number;
  readonly leases: Map<string, Lease>;
  /** No lease ends before this, in milliseconds since 1970. */
  nextEndAt: number;
}

const NO_LEASES: readonly (readonly [string, Lease])[] = [];

/** Bucket states in maps. */
export function createMemoryRows(): Rows {
  /**
   * By home, then by key: joining the two to one name would cost more than all of the arithmetic.
   */
  const homes = new Map<string, Map<string, Row>>();
  let size = 0;
  /**
   * The calls settled in this span of REMEMBER_SETTLED_MS, and in the one before. To forget each at
   * its own time, one map would be walked through all that was deleted of it at each call.
   */
  let settled = new Set<string>();
  let settledBefore = new Set<string>();
  let spanEndsAt = 0;
  let sweepAt = MIN_SWEEP_ROWS;

  /** A call asks for the same row several times running, and looking it up costs the most. */
  let lastBucket: Bucket | undefined;
  let lastRow: Row | undefined;

  function find(bucket: Bucket): Row | undefined {
    if (bucket !== lastBucket) {
      lastRow = homes.get(bucket.home)?.get(bucket.key);
      lastBucket = bucket;
    }
    return lastRow;
  }

  function remove(home: string, key: string): void {
    const rows = homes.get(home);
    if (!rows?.delete(key)) return;
    size -= 1;
    lastBucket = undefined;
    if (rows.size === 0) homes.delete(home);
  }

  /** Looks at every row each time their number has doubled, so that a row costs a constant. */
  function sweep(now: number): void {
    for (const [home, rows] of homes)
      for (const [key, row] of rows) if (row.expiresAt <= now) remove(home, key);
    sweepAt = Math.max(MIN_SWEEP_ROWS, size * 2);
  }

  function add(bucket: Bucket): Row {
    const row: Row = {
      state: { value: 0, at: 0, reserved: 0 },
      expiresAt: 0,
      leases: new Map(),
      nextEndAt: Number.POSITIVE_INFINITY,
    };
    const rows = homes.get(bucket.home) ?? new Map<string, Row>();
    homes.set(bucket.home, rows.set(bucket.key, row));
    size += 1;
    lastBucket = undefined;
    return row;
  }

  function turnSpan(now: number): void {
    // A clock that has stepped back must not make the span longer.
    if (spanEndsAt - REMEMBER_SETTLED_MS <= now && now < spanEndsAt) return;
    settledBefore = settled;
    settled = new Set();
    spanEndsAt = now + REMEMBER_SETTLED_MS;
  }

  return {
    readState: (bucket) => find(bucket)?.state,
    writeState(bucket, state, expiresAt) {
      const row = find(bucket) ?? add(bucket);
      row.state = state;
      row.expiresAt = expiresAt;
    },
    readLease: (bucket, call) => find(bucket)?.leases.get(call),
    writeLease(bucket, call, lease) {
      const row = find(bucket) ?? add(bucket);
      row.leases.set(call, lease);
      row.nextEndAt = Math.min(row.nextEndAt, lease.until);
    },
    dropLease(bucket, call) {
      find(bucket)?.leases.delete(call);
    },
    lapsedLeases(bucket, now) {
      if (size > sweepAt) sweep(now);
      const row = find(bucket);
      if (!row) return NO_LEASES;
      if (row.expiresAt <= now && row.leases.size === 0) {
        remove(bucket.home, bucket.key);
        return NO_LEASES;
      }
      return row.nextEndAt <= now ? findLapsed(row, now) : NO_LEASES;
    },
    isSettled(call, now) {
      turnSpan(now);
      return settled.has(call) || settledBefore.has(call);
    },
    markSettled(call, now) {
      turnSpan(now);
      settled.add(call);
    },
  };
}

/** The leases are walked through only once in about the time that one lasts. */
function findLapsed(row: Row, now: number): readonly (readonly [string, Lease])[] {
  const lapsed: [string, Lease][] = [];
  row.nextEndAt = Number.POSITIVE_INFINITY;
  for (const entry of row.leases) {
    const { until } = entry[1];
    if (until <= now) lapsed.push(entry);
    // One that has lapsed is still there: whoever asked may only have looked.
    row.nextEndAt = Math.min(row.nextEndAt, until);
  }
  return lapsed;
}
