import { type Revocation, type RevocationStore, revocationKey } from "../auth/revocation.ts";

/** Revocations of one process. */
export function createMemoryRevocations(now: () => number): RevocationStore {
  const all = new Map<string, Revocation>();
  let version = 0;
  return {
    async revoke(revocation) {
      for (const [key, { until }] of all) if (until <= now()) all.delete(key);
      all.set(revocationKey(revocation), revocation);
      version += 1;
    },
    async list(since) {
      if (since === String(version)) return null;
      return { version: String(version), revocations: [...all.values()] };
    },
  };
}
