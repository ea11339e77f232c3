/** What the registered claim `scope` may allow; other words in it are not ours and mean nothing. */
export const SCOPES = ["chat", "usage:read", "usage:tenant", "metrics", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

const DEFAULT_SCOPES: readonly Scope[] = ["chat", "usage:read"];

/**
 * A `scope` claim (RFC 8693 §4.2: words with one space between) → what it allows; null if it is no
 * text.
 */
export function readScopes(claim: unknown): readonly Scope[] | null {
  if (claim === undefined) return DEFAULT_SCOPES;
  if (typeof claim !== "string") return null;
  const words = claim.split(" ");
  return SCOPES.filter((scope) => words.includes(scope));
}
