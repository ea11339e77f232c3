import { ConfigError } from "../env/config-error.ts";
import { decodeBase64 } from "../env/decode-base64.ts";
import { unquote } from "../env/unquote.ts";
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
 * `JWT_PUBLIC_KEY` in PEM → a JWK; null where it is no PEM. Line breaks may be lost, or written as
 * \n, and the whole may be in base64, as it happens to PEM in environment variables.
 */
export function readPem(value: string): JsonObject | null {
  const text = value.includes("-----BEGIN")
    ? value
    : new TextDecoder().decode(decodeBase64(unquote(value)) ?? new Uint8Array());
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
  const jwk = readSpki(decodeBase64(body) ?? new Uint8Array());
  if (!jwk)
    throw new ConfigError(
      "JWT_PUBLIC_KEY",
      "is a PEM key of a kind that is not accepted: use Ed25519, P-256 or RSA",
    );
  return jwk;
}
