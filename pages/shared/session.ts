const KEY = "token";

/**
 * The token of this tab; null if nobody has signed in. A link that the server prints carries it in
 * its fragment, which no browser sends to a server; it is taken out of the address at once.
 */
export function readToken(): string | null {
  const linked = new URLSearchParams(location.hash.slice(1)).get(KEY);
  if (linked) {
    keepToken(linked);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(KEY);
}

/** Kept for the tab alone: it is gone when the tab is. */
export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token.trim());
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}
