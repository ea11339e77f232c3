import type { Principal } from "./principal.ts";

/** A verified token's bearer, and from when on the token counts. */
export interface CachedToken {
  readonly principal: Principal;
  /** In seconds since 1970, before tolerance. */
  readonly validFrom: number;
}

/**
 * Recently verified tokens, by their exact text. Callers use a token for many requests; the cache
 * saves the cryptography, but the times of an entry must be checked on every use. Never use it to
 * tell whether a token was seen before: one ECDSA token can have several texts.
 */
export interface TokenCache {
  get(token: string): CachedToken | undefined;
  set(token: string, entry: CachedToken): void;
  delete(token: string): void;
}

/**
 * At `maxEntries` the whole cache is dropped: tokens live for hours, so no eviction order would do
 * better.
 */
export function createTokenCache(maxEntries: number): TokenCache {
  const entries = new Map<string, CachedToken>();
  return {
    get: (token) => entries.get(token),
    set(token, entry) {
      if (entries.size >= maxEntries) entries.clear();
      entries.set(token, entry);
    },
    delete(token) {
      entries.delete(token);
    },
  };
}
