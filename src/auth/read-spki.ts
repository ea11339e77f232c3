import { encode } from "jose/base64url";
import type { JsonObject } from "../json/json-object.ts";

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;

/**
 * The DER bytes before the key itself; they fix algorithm, curve and length (RFC 8410, RFC 5480).
 */
const ED25519_PREFIX = bytesOf("302a300506032b6570032100");
const P256_PREFIX = bytesOf("3059301306072a8648ce3d020106082a8648ce3d03010703420004");
/** The content of the AlgorithmIdentifier rsaEncryption (RFC 3279). */
const RSA_ALGORITHM = bytesOf("06092a864886f70d0101010500");

/**
 * A SubjectPublicKeyInfo → the public JWK of an Ed25519, P-256 or RSA key; null for any other.
 * WebCrypto needs the algorithm to import one; here it follows from the key. The numbers are not
 * checked.
 */
export function readSpki(der: Uint8Array): JsonObject | null {
  const ed25519 = dropPrefix(der, ED25519_PREFIX);
  if (ed25519?.length === 32) return { kty: "OKP", crv: "Ed25519", x: encode(ed25519) };
  const point = dropPrefix(der, P256_PREFIX);
  if (point?.length === 64)
    return {
      kty: "EC",
      crv: "P-256",
      x: encode(point.subarray(0, 32)),
      y: encode(point.subarray(32)),
    };
  return readRsa(der);
}

function readRsa(der: Uint8Array): JsonObject | null {
  const info = readElement(der, SEQUENCE);
  const algorithm = info && readElement(info.content, SEQUENCE);
  if (
    !algorithm ||
    info.rest.length > 0 ||
    dropPrefix(algorithm.content, RSA_ALGORITHM)?.length !== 0
  )
    return null;
  const bits = readElement(algorithm.rest, BIT_STRING);
  if (!bits || bits.rest.length > 0 || bits.content[0] !== 0) return null;
  const key = readElement(bits.content.subarray(1), SEQUENCE);
  const modulus = key && readElement(key.content, INTEGER);
  const exponent = modulus && readElement(modulus.rest, INTEGER);
  if (!exponent || key.rest.length > 0 || exponent.rest.length > 0) return null;
  return {
    kty: "RSA",
    n: encode(dropSign(modulus.content)),
    e: encode(dropSign(exponent.content)),
  };
}

interface Element {
  content: Uint8Array;
  rest: Uint8Array;
}

function readElement(der: Uint8Array, tag: number): Element | null {
  const [first, short = 0x80, high = 0, low = 0] = der;
  if (first !== tag) return null;
  // 0x81 and 0x82 announce one or two bytes of length; more would mean a key of over 64 KiB.
  const [start, length] =
    short < 0x80
      ? [2, short]
      : short === 0x81
        ? [3, high]
        : short === 0x82
          ? [4, high * 256 + low]
          : [0, -1];
  if (length < 0 || start + length > der.length) return null;
  return { content: der.subarray(start, start + length), rest: der.subarray(start + length) };
}

/**
 * DER integers are signed: one with a high first bit has a zero byte in front, which a JWK omits.
 */
function dropSign(integer: Uint8Array): Uint8Array {
  return integer[0] === 0 ? integer.subarray(1) : integer;
}

function dropPrefix(bytes: Uint8Array, prefix: Uint8Array): Uint8Array | null {
  return prefix.every((byte, at) => bytes[at] === byte) ? bytes.subarray(prefix.length) : null;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
