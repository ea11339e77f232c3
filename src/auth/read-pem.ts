import { ConfigError } from "../env/config-error.ts";
import { decodeBase64 } from "../env/decode-base64.ts";
import { unquote } from "../env/unquote.ts";
import type { JsonObject } from "../json/json-object.ts";
import { readSpki } from "./read-spki.ts";

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END ([A-Z0-9 ]+)-----/;

/** Other things that come as PEM, and what to do about them. */
const OTHER_LABELS: readonly (readonly [RegExp, string])[] = [
  [
    /PRIVATE KEY/,
    "holds a private key, which only the signer may have. Put the public key here (openssl pkey " +
      "-pubout)",
  ],
  [
    /^RSA PUBLIC KEY$/,
    "is in the old PKCS #1 format; convert it with: openssl rsa -RSAPublicKey_in -pubout",
  ],
  [/CERTIFICATE/, "is a certificate; extract its key with: openssl x509 -pubkey -noout"],
];

/**
 * `JWT_PUBLIC_KEY` in PEM → a JWK; null if it is not PEM. As happens to PEM in environment
 * variables, line breaks may be missing or written as \n, and the whole text may be base64.
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
      "is PEM without a complete -----BEGIN PUBLIC KEY----- block",
    );
  }
  if (text.indexOf("-----BEGIN", text.indexOf("-----BEGIN") + 1) >= 0) {
    throw new ConfigError(
      "JWT_PUBLIC_KEY",
      "has more than one PEM block; use a JWK Set for several keys",
    );
  }
  const jwk = readSpki(decodeBase64(body) ?? new Uint8Array());
  if (!jwk)
    throw new ConfigError(
      "JWT_PUBLIC_KEY",
      "is a PEM key of an unsupported type: use Ed25519, P-256 or RSA",
    );
  return jwk;
}
