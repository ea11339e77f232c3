/** After so many failures in a row the store is left alone … */
const FAILURES_TO_OPEN = 2;
/** … for this long, in milliseconds; then one operation tries it. */
const COOLDOWN_MS = 1000;

/** Keeps calls from waiting for a store that does not answer. */
export interface StoreGuard {
  /** Whether the last operation failed. */
  isFailing(): boolean;
  run<T>(operation: () => Promise<T>): Promise<Guarded<T>>;
}

export type Guarded<T> =
  | { readonly ok: true; readonly result: T }
  /** If it was tried, it may have been executed all the same, or be so later. */
  | { readonly ok: false; readonly wasTried: boolean };

export interface StoreGuardOptions {
  now(): number;
  /** Told when the store begins to fail (with the reason), and when it is back (null). */
  report(reason: string | null): void;
}

export function createStoreGuard({ now, report }: StoreGuardOptions): StoreGuard {
  let failures = 0;
  let retryAt = 0;

  return {
    isFailing: () => failures > 0,
    async run(operation) {
      if (failures >= FAILURES_TO_OPEN) {
        if (now() < retryAt) return { ok: false, wasTried: false };
        // This one tries it; the others go on waiting.
        retryAt = now() + COOLDOWN_MS;
      }
      try {
        const result = await operation();
        if (failures > 0) report(null);
        failures = 0;
        return { ok: true, result };
      } catch (thrown) {
        if (failures === 0) report(thrown instanceof Error ? thrown.message : typeof thrown);
        failures += 1;
        retryAt = now() + COOLDOWN_MS;
        return { ok: false, wasTried: true };
      }
    },
  };
}
