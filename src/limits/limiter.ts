import { ChatError } from "../errors/chat-error.ts";
import type { Bucket, Entry } from "./bucket.ts";
import { createLimitError } from "./limit-error.ts";
import {
  type HoldResult,
  type LimitStore,
  RETRY_SETTLING_MS,
  type Reading,
} from "./limit-store.ts";
import { describeStanding, type Standing } from "./standing.ts";
import { createStoreGuard, type StoreGuardOptions } from "./store-guard.ts";

/** What a call consumes besides being one. */
export interface Consumption {
  readonly tokens: number;
  readonly microUsd: number;
}

export const NOTHING: Consumption = { tokens: 0, microUsd: 0 };

export interface LimiterOptions extends StoreGuardOptions {
  readonly store: LimitStore;
  /** Counts in this process while the store cannot be reached. */
  readonly fallback: LimitStore;
  /** `STORE_FAILURE`: what happens to calls with a budget while the store cannot be reached. */
  readonly failure: "closed" | "open";
  /** Told of a settlement that could not be brought to the store in time. */
  reportLost(call: string, consumption: Consumption): void;
}

export interface Limiter {
  /** Whether the store cannot be reached, so that rates are counted in this process alone. */
  isDegraded(): boolean;
  /**
   * Reserves what a call may consume in all of its buckets, or in none. Rejects with
   * `rate_limited`, `budget_exceeded` or `store_unavailable`.
   */
  reserve(
    call: string,
    buckets: readonly Bucket[],
    consumption: Consumption,
    waitUntil: (work: Promise<unknown>) => void,
  ): Promise<Reservation>;
  /** How the buckets stand. Rejects with `store_unavailable`. */
  read(buckets: readonly Bucket[]): Promise<readonly Standing[]>;
}

/** What a call has reserved. */
export interface Reservation {
  /** How its buckets stood when it was made. */
  readonly standings: readonly Standing[];
  /**
   * Keeps it for another lease, and makes it larger if the call consumes more than was reserved.
   * Rejects with the ChatError with which the call must end. After `settle` it does nothing.
   */
  renew(consumption: Consumption): Promise<void>;
  /**
   * Replaces it with what was really consumed; only the first call of it counts. It never rejects.
   */
  settle(consumption: Consumption): Promise<void>;
}

/** A call that holds something, and where. */
interface HeldCall {
  readonly call: string;
  readonly buckets: readonly Bucket[];
  readonly standings: readonly Standing[];
  /** Whether it holds that in this process, because the store did not answer. */
  readonly isLocal: boolean;
  /** Whether the store is told too what it consumed. */
  readonly mustSettleInStore: boolean;
}

/** Of calls without limits. */
export const NO_RESERVATION: Reservation = {
  standings: [],
  renew: () => Promise.resolve(),
  settle: () => Promise.resolve(),
};

/** Between two tries to settle, in milliseconds: at first, and at most. */
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;
/** Settlements that wait for the store at one time. */
const MAX_WAITING = 20_000;

export function createLimiter(options: LimiterOptions): Limiter {
  const { store, fallback, failure, now, reportLost } = options;
  const guard = createStoreGuard(options);
  let waiting = 0;

  async function settleInStore(call: string, entries: readonly Entry[]): Promise<boolean> {
    const settled = await guard.run(() => store.settle({ call, entries }));
    return settled.ok || retrySettling(call, entries);
  }

  /**
   * Tries until the store has answered, or would no longer know whether it has settled this before.
   */
  async function retrySettling(call: string, entries: readonly Entry[]): Promise<boolean> {
    if (waiting >= MAX_WAITING) return false;
    waiting += 1;
    const giveUpAt = now() + RETRY_SETTLING_MS;
    let pauseMs = FIRST_RETRY_MS;
    try {
      while (now() < giveUpAt) {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        if ((await guard.run(() => store.settle({ call, entries }))).ok) return true;
        pauseMs = Math.min(LONGEST_RETRY_MS, pauseMs * 2);
      }
      return false;
    } finally {
      waiting -= 1;
    }
  }

  class BucketReservation implements Reservation {
    readonly #held: HeldCall;
    #isSettled = false;

    constructor(held: HeldCall) {
      this.#held = held;
    }

    get standings(): readonly Standing[] {
      return this.#held.standings;
    }

    async renew(consumption: Consumption): Promise<void> {
      // Whoever asks may have waited meanwhile, longer than a store remembers that it was settled.
      if (this.#isSettled) return;
      const { call, buckets, isLocal } = this.#held;
      const entries = createEntries(buckets, consumption, 0);
      if (isLocal) {
        accept(entries, await fallback.hold({ call, entries }));
        return;
      }
      const held = await guard.run(() => store.hold({ call, entries }));
      // Without an answer the lease goes on, or lapses; what was consumed is settled in the end all
      // the same.
      if (held.ok && !this.#isSettled) accept(entries, held.result);
    }

    async settle(consumption: Consumption): Promise<void> {
      if (this.#isSettled) return;
      this.#isSettled = true;
      const { call, buckets, isLocal, mustSettleInStore } = this.#held;
      const entries = createEntries(buckets, consumption, 1);
      if (isLocal) await fallback.settle({ call, entries });
      if (mustSettleInStore && !(await settleInStore(call, entries))) reportLost(call, consumption);
    }
  }

  return {
    isDegraded: guard.isFailing,
    async reserve(call, buckets, consumption, waitUntil) {
      if (buckets.length === 0) return NO_RESERVATION;
      const entries = createEntries(buckets, consumption, 1);
      const held = await guard.run(() => store.hold({ call, entries }));
      if (held.ok) {
        const standings = accept(entries, held.result);
        return new BucketReservation({
          call,
          buckets,
          standings,
          isLocal: false,
          mustSettleInStore: true,
        });
      }
      const hasBudget = buckets.some(({ kind, shadow }) => kind === "usd" && !shadow);
      if (hasBudget && failure === "closed") {
        if (held.wasTried) waitUntil(settleInStore(call, createEntries(buckets, NOTHING, 1)));
        throw new ChatError("store_unavailable", { retryAfterSeconds: 1 });
      }
      const standings = accept(entries, await fallback.hold({ call, entries }));
      const mustSettleInStore = held.wasTried || hasBudget;
      return new BucketReservation({ call, buckets, standings, isLocal: true, mustSettleInStore });
    },
    async read(buckets) {
      if (buckets.length === 0) return [];
      const entries = createEntries(buckets, NOTHING, 0);
      const reading = await guard.run(() => store.read(entries));
      if (!reading.ok) throw new ChatError("store_unavailable", { retryAfterSeconds: 1 });
      return describe(entries, reading.result);
    },
  };
}

/** A hold in a store is a reservation, or the refusal of the first limit that fails. */
function accept(entries: readonly Entry[], result: HoldResult): readonly Standing[] {
  switch (result.status) {
    case "held":
      return describe(entries, result);
    case "refused": {
      const entry = entries[result.refused];
      const state = result.states[result.refused];
      if (!entry || !state) throw new ChatError("internal_error", { logReason: "limit_index" });
      throw createLimitError(entry.bucket, state, entry.amount, result.now);
    }
    case "settled":
      // The caller's own call was ended before; it cannot go on.
      throw new ChatError("internal_error", { logReason: "limit_settled" });
  }
}

/** What a call takes of each bucket. `requests` is 0 when a call that was counted is renewed. */
function createEntries(
  buckets: readonly Bucket[],
  consumption: Consumption,
  requests: 0 | 1,
): Entry[] {
  return buckets.map((bucket) => ({ bucket, amount: amountOf(bucket, consumption, requests) }));
}

function amountOf({ kind }: Bucket, { tokens, microUsd }: Consumption, requests: 0 | 1): number {
  switch (kind) {
    case "requests":
      return requests;
    case "tokens":
      return tokens;
    case "concurrent":
      return 1;
    case "usd":
      return microUsd;
  }
}

function describe(entries: readonly Entry[], { states, now }: Reading): Standing[] {
  const standings: Standing[] = [];
  let index = 0;
  for (const { bucket } of entries) {
    const state = states[index];
    if (state) standings.push(describeStanding(bucket, state, now));
    index += 1;
  }
  return standings;
}
