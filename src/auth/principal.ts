/** The claims of a verified token. They came from outside: look a claim up by its name and check its type, never merge them. */
export type Claims = Readonly<Record<string, unknown>>;

/** The authenticated caller. */
export interface Principal {
  /** `sub`, or `iss` where the token has none (as Joken's have by default). Printable, at most 255 characters. */
  readonly subject: string;
  readonly issuer: string;
  /** `jti`. */
  readonly tokenId?: string;
  /** `exp`, in seconds since 1970. */
  readonly expiresAt: number;
  readonly claims: Claims;
}
