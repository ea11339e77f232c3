/**
 * The claims of a verified token. They are outside input: look up each claim by name and check its
 * type, never merge them.
 */
export type Claims = Readonly<Record<string, unknown>>;

/** What a verified token says of its bearer. */
export interface Bearer {
  /**
   * `sub`, or `iss` if the token has no `sub` (Joken's have none by default). Printable, at most
   * 255 characters.
   */
  readonly subject: string;
  readonly issuer: string;
  /** `jti` */
  readonly tokenId: string | null;
  /** `iat`, in seconds since 1970. */
  readonly issuedAt: number | null;
  /** `exp`, in seconds since 1970. */
  readonly expiresAt: number;
  readonly claims: Claims;
}
