import { ConfigError } from "../env/config-error.ts";
import { checkSecret } from "./check-secret.ts";
import { createVerifyKey, type VerifyKey } from "./key-source.ts";

/** The only algorithm of `JWT_SECRET`. */
export const SECRET_ALGORITHM = "HS256";

const ADVICE =
  "make a new one, for example with: openssl rand -base64 48 (give the same text to the signer; " +
  "Joken uses it as is)";

/** `JWT_SECRET` → its key. The key is the text's UTF-8 bytes, never decoded, as in Joken. */
export function createSecretKey(secret: string, keyId: string | null): VerifyKey {
  return createVerifyKey(keyId, [SECRET_ALGORITHM], () => importSecret(secret, "verify"));
}

/** Throws a ConfigError for a secret that is too easy to guess. */
export function requireSecret(secret: string): void {
  if (secret === "")
    throw new ConfigError("JWT_SECRET", `is set but empty: remove it, or ${ADVICE}`);
  if (secret.trim() !== secret) {
    throw new ConfigError(
      "JWT_SECRET",
      "starts or ends with white space, which is part of the key: remove it here and at the signer",
    );
  }
  if (secret.includes("-----BEGIN"))
    throw new ConfigError("JWT_SECRET", "holds a PEM key: a public key goes into JWT_PUBLIC_KEY");
  const fault = checkSecret(secret);
  if (fault !== null) throw new ConfigError("JWT_SECRET", `${fault}: ${ADVICE}`);
}

export function importSecret(secret: string, use: "verify" | "sign"): Promise<CryptoKey> {
  return crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    [use],
  );
}
