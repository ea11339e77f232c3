import { ChatError } from "../errors/chat-error.ts";
import { refuse } from "./auth-failure.ts";
import type { Principal } from "./principal.ts";
import { type Revocation, type RevocationStore, revocationKey } from "./revocation.ts";

/**
 * How old the list may be when a token is judged by it, in milliseconds. A running call is looked at
 * every 400 ms, so a revocation counts after 600 ms at most, and a busy machine keeps to a second
 * too.
 */
const MAX_AGE_MS = 200;
/** For how long a store that failed is not asked again, so that not every call waits for it. */
const COOLDOWN_MS = 1000;

/**
 * For how long a start waits for a store that does not answer, and how often it asks, in
 * milliseconds.
 */
const PREPARE_MS = 3000;
const PREPARE_PAUSE_MS = 200;

/** The tokens that are no longer accepted, as this process knows them. */
export interface Revocations {
  /**
   * Throws the 401 for a revoked token, or `store_unavailable` if the list could never be read. If
   * the list must be read first, the returned promise rejects with the same errors.
   */
  check(principal: Principal): Promise<void> | undefined;
  /** By the list as it is known now. */
  isRevoked(principal: Principal): boolean;
  /**
   * Reads the list if it is too old; undefined if it is not. It never rejects: an old list is better
   * than none.
   */
  refresh(): Promise<void> | undefined;
  /** Whether the list could not be read the last time. */
  isFailing(): boolean;
  /** Reads the list for the first time, and tries again for some seconds. It never rejects. */
  prepare(): Promise<void>;
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
  /**
   * A store that has lost its data must not bring tokens back, so what was known is kept until it
   * is over.
   */
  const known = new Map<string, Revocation>();
  /** The same by claim and value. */
  let index = new Map<string, Revocation[]>();
  let version: string | null = null;
  let hasFailed = false;
  /** When the list is to be read next, in milliseconds since 1970. */
  let readNextAt = 0;

  function add(revocations: readonly Revocation[]): void {
    for (const revocation of revocations) known.set(revocationKey(revocation), revocation);
    for (const [key, { until }] of known) if (until <= now()) known.delete(key);
    index = Map.groupBy(known.values(), ({ claim, value }) => `${claim} ${value}`);
  }

  async function read(): Promise<void> {
    // Who comes meanwhile goes by the list as it is. Nobody waits for the reading of another: on
    // Workers that ends with the other's request.
    readNextAt = now() + COOLDOWN_MS;
    try {
      const list = await store.list(version);
      hasFailed = false;
      readNextAt = now() + MAX_AGE_MS;
      if (!list) return;
      version = list.version;
      add(list.revocations);
    } catch {
      hasFailed = true;
      readNextAt = now() + COOLDOWN_MS;
    }
  }

  function isDue(): boolean {
    // A clock that has stepped back must not keep the list from being read.
    const isFresh = readNextAt - COOLDOWN_MS <= now() && now() < readNextAt;
    return !isFresh || (version === null && !hasFailed);
  }

  function judge(principal: Principal): void {
    if (version === null && failure === "closed")
      throw new ChatError("store_unavailable", { logReason: "revocations_unread" });
    if (isRevoked(principal)) refuse("revoked");
  }

  function isRevoked(principal: Principal): boolean {
    if (index.size === 0) return false;
    const { subject: sub, tokenId: jti, issuer: iss, policy } = principal;
    return Object.entries({ sub, jti, iss, tenant: policy.tenant }).some(([claim, value]) =>
      index
        .get(`${claim} ${value}`)
        ?.some(({ until, issuedBefore }) => until > now() && isOlder(principal, issuedBefore)),
    );
  }

  return {
    refresh: () => (isDue() ? read() : undefined),
    isRevoked,
    isFailing: () => hasFailed,
    async prepare() {
      const endAt = now() + PREPARE_MS;
      await read();
      while (version === null && now() < endAt) {
        await new Promise((resolve) => setTimeout(resolve, PREPARE_PAUSE_MS));
        await read();
      }
    },
    check(principal) {
      if (isDue()) return read().then(() => judge(principal));
      judge(principal);
      return undefined;
    },
    async revoke(revocation) {
      try {
        await store.revoke(revocation);
      } catch {
        throw new ChatError("store_unavailable", {
          message: "The revocation may not have been stored. Send it again.",
        });
      }
      add([revocation]);
    },
  };
}

/** A token that does not say when it was issued counts as issued before any time. */
function isOlder({ issuedAt }: Principal, issuedBefore: number | null): boolean {
  return issuedBefore === null || (issuedAt ?? 0) < issuedBefore;
}
