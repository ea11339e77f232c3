import type { BucketState, Entry } from "./bucket.ts";

/** How long a call's reservation lasts without being renewed, in milliseconds. */
export const LEASE_MS = 60_000;

/**
 * How long a settlement is tried again while the store cannot be reached, in milliseconds. It may
 * have been executed although no answer came, so it must not be sent when the store has forgotten
 * that.
 */
export const RETRY_SETTLING_MS = 600_000;

/**
 * How long a shared store remembers that a call was settled, in milliseconds. Until then a command
 * that a client library sends again, or that a store executes late, counts nothing twice.
 */
export const REMEMBER_SETTLED_MS = 900_000;

export interface HoldRequest {
  /** The call's request id. */
  readonly call: string;
  /**
   * What it holds from now on, in all of its buckets. Amounts only grow: a smaller one than before
   * changes nothing.
   */
  readonly entries: readonly Entry[];
}

export type HoldResult =
  /** Reserved until the lease ends. */
  | { readonly status: "held"; readonly now: number; readonly states: readonly BucketState[] }
  /**
   * Nothing was reserved in any bucket; `refused` is the index of the first one in which the amount
   * does not fit.
   */
  | {
      readonly status: "refused";
      readonly refused: number;
      readonly now: number;
      readonly states: readonly BucketState[];
    }
  /** The call has been settled already, so a command came late. Nothing was reserved. */
  | { readonly status: "settled"; readonly now: number; readonly states: readonly BucketState[] };

export interface SettleRequest {
  readonly call: string;
  /**
   * What the call really consumed, in the same buckets. For requests and calls at once it is not
   * looked at.
   */
  readonly entries: readonly Entry[];
}

export interface Reading {
  /** The store's clock, in milliseconds since 1970. */
  readonly now: number;
  /** In the order of the buckets that were asked for. */
  readonly states: readonly BucketState[];
}

/**
 * Reservations of calls in buckets. Each operation is atomic within a home, and safe to repeat. It
 * rejects if the store cannot be reached; whether it was executed is then unknown.
 */
export interface LimitStore {
  /** Reserves, renews and extends: the lease ends {@link LEASE_MS} from now. */
  hold(request: HoldRequest): Promise<HoldResult>;
  /** Replaces the call's reservation with real figures. Only the first of several counts. */
  settle(request: SettleRequest): Promise<Reading>;
  read(entries: readonly Entry[]): Promise<Reading>;
}
