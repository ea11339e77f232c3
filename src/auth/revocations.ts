import { ChatError } from "../errors/chat-error.ts";
import { refuse } from "./auth-failure.ts";
import type { Principal } from "./principal.ts";
import { type Revocation, type RevocationStore, revocationKey } from "./revocation.ts";

/** How old the list may be when a token is judged by it, in milliseconds. */
const MAX_AGE_MS = 400;
/** For how long a store that failed is not asked again, so that not every call waits for it. */
const COOLDOWN_MS = 1000;

/** The tokens that are no longer accepted, as this process knows them. */
export interface Revocations {
  /** Throws the 401 for a revoked token, or `store_unavailable` if the list could never be read. */
  check(principal: Principal): Promise<void>;
  /** By the list as it is known now. */
  isRevoked(principal: Principal): boolean;
  /** Reads the list if it is too old. It never rejects: an old list is better than none. */
  refresh(): Promise<void>;
  /** Adds a revocation for all servers; rejects with `store_unavailable`. */
  revoke(revocation: Revocation): Promise<void>;
}

export interface RevocationsOptions {
  readonly store: RevocationStore;
  /** Milliseconds since 1970. */
  now(): number;
  /** `STORE_FAILURE`: whether tokens are accepted before the list could be read. */
  readonly failure: "closed" | "open";
}

export function createRevocations({ store, now, failure }: RevocationsOptions): Revocations {
  /** A store that has lost its data must not bring tokens back, so what was known is kept until it is over. */
  const known = new Map<string, Revocation>();
  let version: string | null = null;
  /** When the list is to be read next, in milliseconds since 1970. */
  let readNextAt = 0;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    try {
      const list = await store.list(version);
      readNextAt = now() + MAX_AGE_MS;
      if (!list) return;
      version = list.version;
      for (const revocation of list.revocations) known.set(revocationKey(revocation), revocation);
      for (const [key, { until }] of known) if (until <= now()) known.delete(key);
    } catch {
      readNextAt = now() + COOLDOWN_MS;
    } finally {
      reading = undefined;
    }
  }

  function refresh(): Promise<void> {
    // A clock that has stepped back must not keep the list from being read.
    if (readNextAt - COOLDOWN_MS <= now() && now() < readNextAt) return Promise.resolve();
    reading ??= read();
    return reading;
  }

  function isRevoked(principal: Principal): boolean {
    if (known.size === 0) return false;
    for (const revocation of known.values())
      if (revocation.until > now() && names(revocation, principal)) return true;
    return false;
  }

  return {
    refresh,
    isRevoked,
    async check(principal) {
      await refresh();
      if (version === null && failure === "closed")
        throw new ChatError("store_unavailable", { logReason: "revocations_unread" });
      if (isRevoked(principal)) refuse("revoked");
    },
    async revoke(revocation) {
      try {
        await store.revoke(revocation);
      } catch {
        throw new ChatError("store_unavailable", {
          message: "The revocation could not be stored, so it holds nowhere. Send it again.",
        });
      }
      known.set(revocationKey(revocation), revocation);
    },
  };
}

/** A token that does not say when it was issued counts as issued before any time. */
function names({ claim, value, issuedBefore }: Revocation, principal: Principal): boolean {
  if (issuedBefore !== null && (principal.issuedAt ?? 0) >= issuedBefore) return false;
  switch (claim) {
    case "sub":
      return principal.subject === value;
    case "tenant":
      return principal.policy.tenant === value;
    case "jti":
      return principal.tokenId === value;
    case "iss":
      return principal.issuer === value;
  }
}
