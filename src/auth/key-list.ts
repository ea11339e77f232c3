import * as z from "zod/mini";
import { ConfigError } from "../env/config-error.ts";
import { parseJsonListSecret } from "../env/json-secret.ts";
import { MAX_KEY_ID_LENGTH } from "./check-header.ts";
import {
  createKeyRing,
  type KeySource,
  MAX_KEYS_PER_ALGORITHM,
  type VerifyKey,
} from "./key-source.ts";
import { createPublicKey } from "./public-key.ts";
import { readPem } from "./read-pem.ts";
import { createSecretKey, requireSecret } from "./secret-key.ts";

const namedSchema = z.looseObject({
  kid: z.string().check(z.minLength(1), z.maxLength(MAX_KEY_ID_LENGTH)),
});
const secretSchema = z.strictObject({ kid: z.string(), secret: z.string() });
const pemSchema = z.strictObject({
  kid: z.string(),
  pem: z.string(),
  alg: z.optional(z.enum(["EdDSA", "Ed25519", "ES256", "RS256", "PS256"])),
});

/**
 * `JWT_KEYS` → a ring of keys: secrets as `{"kid", "secret"}`, public keys as `{"kid", "pem"}` or
 * as JWKs. Throws a ConfigError that names the member at fault, never its value.
 */
export function createKeyList(value: string): KeySource {
  const list = parseJsonListSecret(value);
  if (list === null || list.length === 0)
    throw new ConfigError(
      "JWT_KEYS",
      'must be a JSON list such as [{"kid": "2026-11", "secret": "…"}]',
    );
  const keys: (VerifyKey & { readonly id: string })[] = [];
  for (const [index, member] of list.entries()) {
    const key = readMember(member, index);
    if (keys.some(({ id }) => id === key.id)) fail(index, "has the kid of another key");
    const siblings = keys.filter((other) => other.algorithms[0] === key.algorithms[0]);
    if (siblings.length >= MAX_KEYS_PER_ALGORITHM)
      fail(index, `is more than the ${MAX_KEYS_PER_ALGORITHM} keys that one algorithm may have`);
    keys.push(key);
  }
  return createKeyRing(keys);
}

function readMember(member: unknown, index: number): VerifyKey & { readonly id: string } {
  const named = namedSchema.safeParse(member);
  if (!named.success)
    return fail(
      index,
      `must have a kid of 1 to ${MAX_KEY_ID_LENGTH} characters, by which tokens name it`,
    );
  const { kid } = named.data;
  return { ...readKey(named.data, index), id: kid };
}

function readKey(member: z.output<typeof namedSchema>, index: number): VerifyKey {
  try {
    if ("secret" in member) {
      const { kid, secret } = parse(secretSchema, member, index);
      requireSecret(secret);
      return createSecretKey(secret, kid);
    }
    if ("pem" in member) {
      const { kid, pem, alg } = parse(pemSchema, member, index);
      const jwk = readPem(pem) ?? fail(index, "has a pem that is not a PEM public key");
      return createPublicKey(jwk, { algorithm: alg, keyId: kid });
    }
    return createPublicKey(member, {});
  } catch (thrown) {
    if (!(thrown instanceof ConfigError) || thrown.variable === "JWT_KEYS") throw thrown;
    // The same checks serve the variables of one key, and speak of these.
    return fail(index, thrown.message.slice(thrown.variable.length + 1));
  }
}

function parse<T>(schema: z.ZodMiniType<T>, member: unknown, index: number): T {
  const result = schema.safeParse(member);
  return result.success
    ? result.data
    : fail(index, "must be {kid, secret}, {kid, pem} or a JWK, without further members");
}

function fail(index: number, problem: string): never {
  throw new ConfigError("JWT_KEYS", `[${index}] ${problem}`);
}
