import type { Bucket, BucketState } from "../limits/bucket.ts";
import type { Lease, Rows } from "../limits/rows.ts";

/** Nothing is sent twice within a process, so little need be remembered. */
const REMEMBER_SETTLED_MS = 10_000;
/** Rows below this number are not worth a sweep. */
const MIN_SWEEP_ROWS = 1024;

interface Row {
  state: BucketState;
  expiresAt: number;
  readonly leases: Map<string, Lease>;
  /** The latest end of a lease. */
  lastUntil: number;
  /**
   * Whether the leases are in the order of their ends: they are equally long, and a renewed one
   * goes to the end, so only a clock that steps back changes it.
   */
  inOrder: boolean;
}

const NO_LEASES: readonly (readonly [string, Lease])[] = [];

/** Bucket states in maps. */
export function createMemoryRows(): Rows {
  /**
   * By home, then by key: joining the two to one name would cost more than all of the arithmetic.
   */
  const homes = new Map<string, Map<string, Row>>();
  let size = 0;
  const settled = new Map<string, number>();
  let sweepAt = MIN_SWEEP_ROWS;

  const find = ({ home, key }: Bucket) => homes.get(home)?.get(key);

  function remove(home: string, key: string): void {
    const rows = homes.get(home);
    if (!rows?.delete(key)) return;
    size -= 1;
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
      lastUntil: 0,
      inOrder: true,
    };
    const rows = homes.get(bucket.home) ?? new Map<string, Row>();
    homes.set(bucket.home, rows.set(bucket.key, row));
    size += 1;
    return row;
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
      row.leases.delete(call);
      row.inOrder = row.leases.size === 0 || (row.inOrder && lease.until >= row.lastUntil);
      row.lastUntil = lease.until;
      row.leases.set(call, lease);
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
      const lapsed: [string, Lease][] = [];
      for (const entry of row.leases) {
        if (entry[1].until <= now) lapsed.push(entry);
        else if (row.inOrder) break;
      }
      return lapsed;
    },
    isSettled: (call, now) => (settled.get(call) ?? 0) > now,
    markSettled(call, now) {
      for (const [other, until] of settled) {
        if (until > now) break;
        settled.delete(other);
      }
      settled.set(call, now + REMEMBER_SETTLED_MS);
    },
  };
}
