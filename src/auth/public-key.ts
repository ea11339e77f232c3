import { ConfigError } from "../env/config-error.ts";
import { parseJsonSecret } from "../env/json-secret.ts";
import { isJsonObject } from "../json/json-object.ts";
import { MAX_KEY_ID_LENGTH } from "./check-header.ts";
import { checkKey } from "./check-key.ts";
import {
  createKeyRing,
  createUnnamedKeySource,
  createVerifyKey,
  type KeySource,
  MAX_KEYS_PER_ALGORITHM,
  type VerifyKey,
} from "./key-source.ts";
import { readPem } from "./read-pem.ts";

/** What an operator may set besides the key itself. */
export interface PublicKeyOptions {
  /** `JWT_ALGORITHM`; needed only if the key allows two algorithms, as an RSA key in PEM does. */
  readonly algorithm?: string | undefined;
  /** `JWT_KEY_ID` */
  readonly keyId?: string | undefined;
}

interface SignatureScheme {
  /**
   * Accepted values of a token's `alg`. Ed25519 has an old and a fully specified name (RFC 9864).
   */
  readonly names: readonly string[];
  readonly importParams: RsaHashedImportParams | EcKeyImportParams | Algorithm;
}

interface KeyType {
  readonly members: readonly string[];
  /** The first is the default. */
  readonly schemes: readonly [SignatureScheme, ...SignatureScheme[]];
}

const KEY_TYPES: ReadonlyMap<string, KeyType> = new Map<string, KeyType>([
  [
    "OKP Ed25519",
    {
      members: ["kty", "crv", "x"],
      schemes: [{ names: ["EdDSA", "Ed25519"], importParams: { name: "Ed25519" } }],
    },
  ],
  [
    "EC P-256",
    {
      members: ["kty", "crv", "x", "y"],
      schemes: [{ names: ["ES256"], importParams: { name: "ECDSA", namedCurve: "P-256" } }],
    },
  ],
  [
    "RSA",
    {
      members: ["kty", "n", "e"],
      schemes: [
        { names: ["RS256"], importParams: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } },
        { names: ["PS256"], importParams: { name: "RSA-PSS", hash: "SHA-256" } },
      ],
    },
  ],
]);

const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/**
 * `JWT_PUBLIC_KEY` → its keys. Throws a ConfigError unless it holds sound public keys, each for a
 * single algorithm.
 */
export function createPublicKeySource(value: string, options: PublicKeyOptions): KeySource {
  const pem = readPem(value);
  const json = pem ?? parseJsonSecret(value);
  if (json === null)
    fail("is neither a PEM public key (-----BEGIN PUBLIC KEY-----) nor a JWK nor a JWK Set");
  if (json.keys === undefined) {
    const key = createPublicKey(json, options);
    return key.id === null ? createUnnamedKeySource(key) : createKeyRing([{ ...key, id: key.id }]);
  }
  if (!Array.isArray(json.keys) || json.keys.length === 0) fail("is a JWK Set without keys");
  if (options.keyId !== undefined) {
    throw new ConfigError(
      "JWT_KEY_ID",
      "cannot name the keys of a JWK Set: remove it, each key has its own kid",
    );
  }
  return createRing(json.keys.map((jwk: unknown) => createPublicKey(jwk, options)));
}

function createRing(keys: readonly VerifyKey[]): KeySource {
  const [only] = keys;
  if (keys.length === 1 && only && only.id === null) return createUnnamedKeySource(only);
  const named: (VerifyKey & { id: string })[] = [];
  for (const key of keys) {
    if (key.id === null) fail("is a JWK Set in which a key has no kid");
    if (named.some((other) => other.id === key.id))
      fail("is a JWK Set in which two keys have the same kid");
    const siblings = named.filter((other) => other.algorithms[0] === key.algorithms[0]);
    if (siblings.length >= MAX_KEYS_PER_ALGORITHM) {
      fail(`is a JWK Set with more than ${MAX_KEYS_PER_ALGORITHM} keys for one algorithm`);
    }
    named.push({ ...key, id: key.id });
  }
  return createKeyRing(named);
}

/** A public JWK → its key; throws a ConfigError unless it is sound, and for a single algorithm. */
export function createPublicKey(jwk: unknown, options: PublicKeyOptions): VerifyKey {
  if (!isJsonObject(jwk)) fail("is a JWK Set with members that are not keys");
  if (jwk.kty === "oct") fail("is a symmetric key: put a shared secret into JWT_SECRET, as text");
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) failPrivate();
  if (jwk.use !== undefined && jwk.use !== "sig") fail('is a key whose use is not "sig"');
  if (
    jwk.key_ops !== undefined &&
    !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes("verify"))
  ) {
    fail('is a key whose key_ops do not include "verify"');
  }
  const type = KEY_TYPES.get(jwk.crv === undefined ? String(jwk.kty) : `${jwk.kty} ${jwk.crv}`);
  if (!type)
    fail("is a key of an unsupported type: use Ed25519, P-256 (ES256) or RSA (RS256, PS256)");
  const fault = checkKey(jwk);
  if (fault !== null) fail(fault);
  const scheme = chooseScheme(type, jwk.alg, options.algorithm);
  const publicJwk = Object.fromEntries(type.members.map((member) => [member, jwk[member]]));
  return createVerifyKey(readKeyId(jwk.kid, options.keyId), scheme.names, () =>
    crypto.subtle.importKey("jwk", publicJwk, scheme.importParams, false, ["verify"]),
  );
}

function chooseScheme(
  { schemes }: KeyType,
  own: unknown,
  chosen: string | undefined,
): SignatureScheme {
  const find = (algorithm: unknown) =>
    schemes.find(({ names }) => names.some((name) => name === algorithm));
  const ofOwn = find(own);
  if (own !== undefined && !ofOwn) fail("is a key whose alg does not match its type");
  const ofChosen = find(chosen);
  if (chosen !== undefined && (!ofChosen || (ofOwn && ofOwn !== ofChosen))) {
    throw new ConfigError(
      "JWT_ALGORITHM",
      "does not match the key in JWT_PUBLIC_KEY: remove it, or set the algorithm that tokens are " +
        "signed with",
    );
  }
  return ofOwn ?? ofChosen ?? schemes[0];
}

function readKeyId(own: unknown, chosen: string | undefined): string | null {
  if (own === undefined) return chosen ?? null;
  if (typeof own !== "string" || own === "" || own.length > MAX_KEY_ID_LENGTH) {
    return fail(`is a key whose kid is not a string of 1 to ${MAX_KEY_ID_LENGTH} characters`);
  }
  if (chosen !== undefined && chosen !== own) {
    throw new ConfigError("JWT_KEY_ID", "is not the kid of the key in JWT_PUBLIC_KEY: remove it");
  }
  return own;
}

function failPrivate(): never {
  return fail(
    "holds a private key, which only the signer may have. Put the public key here, and replace " +
      "this key pair, because it has been exposed",
  );
}

function fail(problem: string): never {
  throw new ConfigError("JWT_PUBLIC_KEY", problem);
}
