import type { Bucket, BucketState } from "./bucket.ts";

/** What one call holds in one bucket. */
export interface Lease {
  readonly amount: number;
  /** Milliseconds since 1970; after this it counts no longer. */
  readonly until: number;
}

/**
 * Where bucket states and leases are kept by stores that run the arithmetic of apply.ts themselves:
 * maps in memory, tables in SQLite. Everything is synchronous, so that nothing comes in between.
 */
export interface Rows {
  readState(bucket: Bucket): BucketState | undefined;
  /**
   * `expiresAt` (milliseconds since 1970): from then on the row says nothing that its absence does
   * not.
   */
  writeState(bucket: Bucket, state: BucketState, expiresAt: number): void;
  readLease(bucket: Bucket, call: string): Lease | undefined;
  writeLease(bucket: Bucket, call: string, lease: Lease): void;
  dropLease(bucket: Bucket, call: string): void;
  /** The leases whose time is over, with the names of their calls. */
  lapsedLeases(bucket: Bucket, now: number): readonly (readonly [call: string, lease: Lease])[];
  isSettled(call: string, now: number): boolean;
  /**
   * Remembers it for as long as a command of the call may still arrive: see `REMEMBER_SETTLED_MS`.
   */
  markSettled(call: string, now: number): void;
}
