import type { JsonObject } from "../json/json-object.ts";
import { toBigInt } from "./big-integer.ts";
import { decodeBase64url } from "./decode-base64url.ts";
import { isRocaModulus } from "./is-roca-modulus.ts";

const MIN_RSA_BITS = 2048;
/** Verifying with a larger key takes so long that it is a way to stop the server. */
const MAX_RSA_BITS = 8192;

const P256_PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const P256_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/**
 * What is wrong with the numbers of a public JWK, as the end of a sentence; null where they are sound. Runtimes differ in what they
 * refuse on import: an exponent of 1 passes on some, a small modulus on others.
 */
export function checkKey(jwk: JsonObject): string | null {
  switch (jwk.kty) {
    case "OKP":
      return decodeMember(jwk.x)?.length === 32
        ? null
        : "has an x that is not 32 bytes of base64url";
    case "EC":
      return findPointFault(decodeMember(jwk.x), decodeMember(jwk.y));
    default:
      return findRsaFault(decodeMember(jwk.n), jwk.e);
  }
}

function findPointFault(xBytes: Uint8Array | null, yBytes: Uint8Array | null): string | null {
  if (xBytes?.length !== 32 || yBytes?.length !== 32)
    return "has an x or y that is not 32 bytes of base64url";
  const x = toBigInt(xBytes);
  const y = toBigInt(yBytes);
  const onCurve =
    x < P256_PRIME && y < P256_PRIME && (y * y - (x * x * x - 3n * x + P256_B)) % P256_PRIME === 0n;
  return onCurve ? null : "is not a point on the curve P-256";
}

function findRsaFault(modulus: Uint8Array | null, exponent: unknown): string | null {
  if (!modulus || modulus.length === 0 || modulus[0] === 0)
    return "has an n that is not a number in base64url";
  const n = toBigInt(modulus);
  const bits = n.toString(2).length;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
    return `is an RSA key of ${bits} bits, where ${MIN_RSA_BITS} to ${MAX_RSA_BITS} are accepted`;
  }
  if (exponent !== "AQAB") return "is an RSA key whose public exponent is not 65537";
  if (n % 2n === 0n) return "is an RSA key with an even modulus";
  return isRocaModulus(n) ? "is an RSA key from a broken generator (CVE-2017-15361)" : null;
}

function decodeMember(value: unknown): Uint8Array | null {
  return typeof value === "string" ? decodeBase64url(value) : null;
}
