import { ConfigError } from "../env/config-error.ts";
import type { JsonObject } from "../json/json-object.ts";
import { readSpki } from "./read-spki.ts";

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END ([A-Z0-9 ]+)-----/;

/** What else comes as PEM, and what to do with it. */
const OTHER_LABELS: readonly (readonly [RegExp, string])[] = [
  [
    /PRIVATE KEY/,
    "holds a private key: it belongs to the signer alone. Put the public key here (openssl pkey -pubout)",
  ],
  [
    /^RSA PUBLIC KEY$/,
    "is in the old PKCS #1 form; convert it with: openssl rsa -RSAPublicKey_in -pubout",
  ],
  [/CERTIFICATE/, "is a certificate; take its key out with: openssl x509 -pubkey -noout"],
];

/**
 * `JWT_PUBLIC_KEY` in PEM → a JWK; null where it is no PEM. Line breaks may be lost, or written as \n, and the whole may be in base64,
 * as it happens to PEM in environment variables.
 */
export function readPem(value: string): JsonObject | null {
  const text = value.includes("-----BEGIN") ? value : decodeBase64(value);
  if (!text.includes("-----BEGIN")) return null;
  const block = BLOCK.exec(text.replaceAll("\\n", "\n").replaceAll("\\r", ""));
  const [, label = "", body = "", endLabel] = block ?? [];
  for (const [pattern, problem] of OTHER_LABELS) {
    if (pattern.test(block ? label : text)) throw new ConfigError("JWT_PUBLIC_KEY", problem);
  }
  if (!block || label !== "PUBLIC KEY" || endLabel !== label) {
    throw new ConfigError(
      "JWT_PUBLIC_KEY",
      "is a PEM text without a whole -----BEGIN PUBLIC KEY----- block",
    );
  }
  if (text.indexOf("-----BEGIN", text.indexOf("-----BEGIN") + 1) >= 0) {
    throw new ConfigError(
      "JWT_PUBLIC_KEY",
      "holds more than one PEM block; use a JWK Set for several keys",
    );
  }
  const jwk = readSpki(Uint8Array.from(decodeBase64(body), (character) => character.charCodeAt(0)));
  if (!jwk)
    throw new ConfigError(
      "JWT_PUBLIC_KEY",
      "is a PEM key of a kind that is not accepted: use Ed25519, P-256 or RSA",
    );
  return jwk;
}

/** Base64 or base64url, padded or not → the bytes, one per character; "" for anything else. */
function decodeBase64(text: string): string {
  try {
    return atob(
      text
        .replace(/[\s"']+/g, "")
        .replaceAll("-", "+")
        .replaceAll("_", "/")
        .replace(/=+$/, ""),
    );
  } catch {
    return "";
  }
}
