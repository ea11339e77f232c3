import type { CheckedClaims } from "./check-claims.ts";

/**
 * Recently verified tokens, by their exact text. Callers use a token for many requests; the cache
 * saves the cryptography, but the times of an entry must be checked on every use. Never use it to
 * tell whether a token was seen before: one ECDSA token can have several texts.
 */
export interface TokenCache {
  get(token: string): CheckedClaims | undefined;
  set(token: string, claims: CheckedClaims): void;
  delete(token: string): void;
}

/**
 * At `maxEntries` the whole cache is dropped: tokens live for hours, so no eviction order would do
 * better.
 */
export function createTokenCache(maxEntries: number): TokenCache {
  const entries = new Map<string, CheckedClaims>();
  return {
    get: (token) => entries.get(token),
    set(token, claims) {
      if (entries.size >= maxEntries) entries.clear();
      entries.set(token, claims);
    },
    delete(token) {
      entries.delete(token);
    },
  };
}
