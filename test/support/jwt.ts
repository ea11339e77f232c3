import { createHmac } from "node:crypto";

/**
 * Hand-made tokens, hostile ones too: header and claims are taken as text, so that they may say
 * what no library would.
 */

/** A sound secret for tests. */
export const TEST_SECRET = "k1-secret-0123456789abcdef0123456789abcdef";

export const HS256_HEADER = '{"alg":"HS256","typ":"JWT"}';

export function base64url(content: string | Uint8Array): string {
  return Buffer.from(content).toString("base64url");
}

/** A compact JWS from parts that are texts (any at all) or bytes. */
export function signHs256(
  header: string | Uint8Array,
  payload: string | Uint8Array,
  secret = TEST_SECRET,
): string {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  // Not Bun's own hasher: it throws what a key that could not be imported has left behind, in
  // another test too (Bun 1.4).
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

export async function signWith(
  algorithm: AlgorithmIdentifier | RsaPssParams | EcdsaParams,
  key: CryptoKey,
  header: object,
  claims: object,
): Promise<string> {
  const signed = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  return `${signed}.${base64url(new Uint8Array(await crypto.subtle.sign(algorithm, key, Buffer.from(signed))))}`;
}

/** The clock of the tests, in seconds. */
export const NOW = 1_800_000_000;

/** Sound claims for the default settings, with changes; a member that is undefined is left out. */
export function claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    iss: "oneshot",
    aud: "ai-server",
    sub: "app",
    exp: NOW + 3600,
    iat: NOW,
    nbf: NOW,
    jti: "t-1",
    ...changes,
  };
}
