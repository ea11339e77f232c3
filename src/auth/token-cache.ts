import type { CheckedClaims } from "./check-claims.ts";

/**
 * Tokens that were verified lately, by their exact text. Callers use one token for many requests, and this saves the cryptography, not
 * the clock: whoever takes an entry must check its times. Never use it to tell whether a token was seen before: several texts can be
 * the same ECDSA token.
 */
export interface TokenCache {
  get(token: string): CheckedClaims | undefined;
  set(token: string, claims: CheckedClaims): void;
  delete(token: string): void;
}

/** When `maxEntries` is reached everything is dropped: as good as any order where tokens live for hours, and it costs nothing. */
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
