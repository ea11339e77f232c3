import { SignJWT } from "jose/jwt/sign";
import { defined } from "../json/defined.ts";
import type { Claims } from "./bearer.ts";
import { importSecret, SECRET_ALGORITHM } from "./secret-key.ts";

export interface TokenOptions {
  /** `JWT_SECRET` */
  readonly secret: string;
  /** `JWT_ISSUER` */
  readonly issuer: string;
  /** `JWT_AUDIENCE` */
  readonly audience: string;
  readonly subject?: string | undefined;
  readonly lifetimeSeconds: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** `JWT_KEY_ID` */
  readonly keyId?: string | undefined;
  /** More claims; those that this function sets take precedence. */
  readonly claims?: Claims;
}

/**
 * A token as a caller's signer would make it: for `npm run token`, development mode and tests. The
 * server itself never issues one.
 */
export async function mintToken(options: TokenOptions): Promise<string> {
  const issuedAt = Math.floor(options.now / 1000);
  const token = new SignJWT({ ...options.claims })
    .setProtectedHeader({
      alg: SECRET_ALGORITHM,
      typ: "JWT",
      ...defined({ kid: options.keyId }),
    })
    .setIssuer(options.issuer)
    .setAudience(options.audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + options.lifetimeSeconds)
    .setJti(crypto.randomUUID());
  if (options.subject !== undefined) token.setSubject(options.subject);
  return token.sign(await importSecret(options.secret, "sign"));
}

/** A secret for one run of the server: 48 random bytes as text. */
export function makeSecret(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(48)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
