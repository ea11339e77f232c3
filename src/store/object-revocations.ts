import type { RevocationStore } from "../auth/revocation.ts";
import type { GetStoreObject } from "./object-limits.ts";
import { within } from "./within.ts";

/** Revocations in one object for all tokens. */
export function createDurableObjectRevocations(
  getObject: GetStoreObject,
  timeoutMs: number,
): RevocationStore {
  return {
    revoke: (revocation) => within(timeoutMs, getObject("revocations").revoke(revocation)),
    list: (since) => within(timeoutMs, getObject("revocations").list(since)),
  };
}
