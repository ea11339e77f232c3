import type { JsonObject } from "../json/json-object.ts";
import { decodeBase64url } from "./decode-token.ts";

const MIN_RSA_BITS = 2048;
/** Verification with a larger key is slow enough to be a denial of service. */
const MAX_RSA_BITS = 8192;

const P256_PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const P256_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/**
 * Primes modulo which 65537 generates few residues (Nemec et al., "The Return of Coppersmith's
 * Attack", 2017).
 */
const ROCA_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

/**
 * What is wrong with the numbers of a public JWK, as the end of a sentence; null if they are sound.
 * Runtimes differ in what they refuse on import: some accept an exponent of 1, others a small
 * modulus.
 */
export function checkKey(jwk: JsonObject): string | null {
  switch (jwk.kty) {
    case "OKP":
      return decodeMember(jwk.x)?.length === 32
        ? null
        : "has an x that is not 32 bytes of base64url";
    case "EC":
      return checkPoint(decodeMember(jwk.x), decodeMember(jwk.y));
    default:
      return checkRsa(decodeMember(jwk.n), jwk.e);
  }
}

function checkPoint(xBytes: Uint8Array | null, yBytes: Uint8Array | null): string | null {
  if (xBytes?.length !== 32 || yBytes?.length !== 32)
    return "has an x or y that is not 32 bytes of base64url";
  const x = toBigInt(xBytes);
  const y = toBigInt(yBytes);
  const onCurve =
    x < P256_PRIME && y < P256_PRIME && (y * y - (x * x * x - 3n * x + P256_B)) % P256_PRIME === 0n;
  return onCurve ? null : "is not a point on the curve P-256";
}

function checkRsa(modulus: Uint8Array | null, exponent: unknown): string | null {
  if (!modulus || modulus.length === 0 || modulus[0] === 0)
    return "has an n that is not a number in base64url";
  const n = toBigInt(modulus);
  const bits = n.toString(2).length;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
    return `is an RSA key of ${bits} bits; ${MIN_RSA_BITS} to ${MAX_RSA_BITS} are accepted`;
  }
  if (exponent !== "AQAB") return "is an RSA key whose public exponent is not 65537";
  if (n % 2n === 0n) return "is an RSA key with an even modulus";
  return isRocaModulus(n) ? "is an RSA key from a broken generator (CVE-2017-15361)" : null;
}

/**
 * Whether an RSA modulus comes from the smart card library of CVE-2017-15361 (ROCA), whose keys can
 * be factored: its primes are powers of 65537 modulo many small primes, and so are their products.
 * About one sound key in 2^27 matches by chance.
 */
export function isRocaModulus(modulus: bigint): boolean {
  return ROCA_PRIMES.every((prime) => isPowerOf65537(Number(modulus % BigInt(prime)), prime));
}

function isPowerOf65537(residue: number, prime: number): boolean {
  let power = 1;
  do {
    if (power === residue) return true;
    power = (power * (65537 % prime)) % prime;
  } while (power !== 1);
  return false;
}

function toBigInt(bigEndian: Uint8Array): bigint {
  let hex = "0x0";
  for (const byte of bigEndian) hex += byte.toString(16).padStart(2, "0");
  return BigInt(hex);
}

function decodeMember(value: unknown): Uint8Array | null {
  return typeof value === "string" ? decodeBase64url(value) : null;
}
