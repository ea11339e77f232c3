import { describe, expect, test } from "bun:test";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createAuthenticator } from "../../../src/auth/create-authenticator.ts";
import { parseAuthConfig } from "../../../src/auth/env.ts";
import { ConfigError } from "../../../src/env/config-error.ts";
import { judge } from "../../support/judge-token.ts";
import { claims, NOW, signHs256, signWith } from "../../support/jwt.ts";

interface Pair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

const ed25519 = generateKeyPairSync("ed25519");
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });

const IMPORTS = {
  EdDSA: { name: "Ed25519" },
  Ed25519: { name: "Ed25519" },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  PS256: { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
} as const;

async function sign(pair: Pair, alg: keyof typeof IMPORTS, kid?: string): Promise<string> {
  const params = IMPORTS[alg];
  const der = pair.privateKey.export({ type: "pkcs8", format: "der" });
  const key = await crypto.subtle.importKey("pkcs8", new Uint8Array(der), params, false, ["sign"]);
  return signWith(params, key, { alg, typ: "JWT", kid }, claims());
}

function pemOf({ publicKey }: Pair): string {
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

function jwkOf({ publicKey }: Pair, changes: Record<string, unknown> = {}): string {
  return JSON.stringify({ ...publicKey.export({ format: "jwk" }), ...changes });
}

async function verify(
  key: string,
  token: string,
  settings: Record<string, string> = {},
): Promise<string> {
  const authenticator = createAuthenticator(parseAuthConfig({ JWT_PUBLIC_KEY: key, ...settings }), {
    fetch,
    now: () => NOW * 1000,
  });
  return judge(() =>
    authenticator.authenticate(
      new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } }),
    ),
  );
}

/** The message with which the server refuses to start with this key. */
function startRefusal(key: string, settings: Record<string, string> = {}): string {
  try {
    createAuthenticator(parseAuthConfig({ JWT_PUBLIC_KEY: key, ...settings }), {
      fetch,
      now: Date.now,
    });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("the server would start");
}

describe("JWT_PUBLIC_KEY in every form", () => {
  const pairs = [
    ["Ed25519", ed25519, "EdDSA"],
    ["Ed25519 under its new name", ed25519, "Ed25519"],
    ["P-256", p256, "ES256"],
    ["RSA", rsa, "RS256"],
  ] as const;

  test.each(pairs)("%s", async (_name, pair, alg) => {
    const token = await sign(pair, alg);
    const pem = pemOf(pair);
    const jwk = jwkOf(pair);
    const forms = [
      pem,
      pem.trim(),
      pem.replaceAll("\n", "\\n"),
      pem.replaceAll("\n", "\r\n"),
      pem.replaceAll("\n", " "),
      `"${pem.replaceAll("\n", "\\n")}"`,
      btoa(pem),
      btoa(pem).replace(/=+$/, ""),
      jwk,
      `'${jwk}'`,
      Buffer.from(jwk).toString("base64url"),
      jwkOf(pair, { alg, use: "sig", key_ops: ["verify"] }),
      `{"keys":[${jwk}]}`,
    ];
    for (const form of forms)
      expect([form, await verify(form, token)]).toEqual([form, "accepted: app"]);
  });

  test("PS256 must be asked for, by the JWK or by JWT_ALGORITHM", async () => {
    const token = await sign(rsa, "PS256");
    expect(await verify(pemOf(rsa), token)).toBe("refused: key_unknown");
    expect(await verify(pemOf(rsa), token, { JWT_ALGORITHM: "PS256" })).toBe("accepted: app");
    expect(await verify(jwkOf(rsa, { alg: "PS256" }), token)).toBe("accepted: app");
    expect(await verify(jwkOf(rsa, { alg: "PS256" }), await sign(rsa, "RS256"))).toBe(
      "refused: key_unknown",
    );
  });
});

describe("the key pins the algorithm", () => {
  test("refuses a token MACed with the public key's own text", async () => {
    for (const secret of [pemOf(rsa), pemOf(rsa).trim(), jwkOf(rsa)]) {
      const forged = signHs256('{"alg":"HS256","typ":"JWT"}', JSON.stringify(claims()), secret);
      expect(await verify(pemOf(rsa), forged)).toBe("refused: key_unknown");
    }
  });

  test("refuses tokens of other keys and algorithms", async () => {
    const stranger = generateKeyPairSync("ed25519");
    expect(await verify(pemOf(ed25519), await sign(stranger, "EdDSA"))).toBe(
      "refused: signature_invalid",
    );
    expect(await verify(pemOf(ed25519), await sign(p256, "ES256"))).toBe("refused: key_unknown");
  });

  test("refuses an ECDSA signature of zeros, or in DER", async () => {
    const [header, payload] = (await sign(p256, "ES256")).split(".");
    const zeros = Buffer.alloc(64).toString("base64url");
    const der = Buffer.from(`3006020101020101${"00".repeat(8)}`, "hex").toString("base64url");
    expect(await verify(pemOf(p256), `${header}.${payload}.${zeros}`)).toBe(
      "refused: signature_invalid",
    );
    expect(await verify(pemOf(p256), `${header}.${payload}.${der}`)).toBe(
      "refused: signature_invalid",
    );
  });
});

describe("the key's name", () => {
  test.each([
    [jwkOf(p256, { kid: "e1" }), {}, "e1", "accepted: app"],
    [jwkOf(p256, { kid: "e1" }), {}, undefined, "accepted: app"],
    [jwkOf(p256, { kid: "e1" }), {}, "e2", "refused: key_unknown"],
    [pemOf(p256), { JWT_KEY_ID: "e1" }, "e1", "accepted: app"],
    [pemOf(p256), { JWT_KEY_ID: "e1" }, "e2", "refused: key_unknown"],
    [pemOf(p256), {}, "2026-11", "accepted: app"],
    [pemOf(p256), {}, "../keys/e1", "refused: key_unknown"],
  ])("%.20s %j with kid %p: %s", async (key, settings, kid, expected) => {
    expect(await verify(key, await sign(p256, "ES256", kid), settings)).toBe(expected);
  });

  test("a JWK Set accepts each of its keys", async () => {
    const set = `{"keys":[${jwkOf(p256, { kid: "e1" })},${jwkOf(ed25519, { kid: "o1" })}]}`;
    expect(await verify(set, await sign(p256, "ES256", "e1"))).toBe("accepted: app");
    expect(await verify(set, await sign(ed25519, "EdDSA", "o1"))).toBe("accepted: app");
    expect(await verify(set, await sign(ed25519, "EdDSA"))).toBe("accepted: app");
    expect(await verify(set, await sign(ed25519, "EdDSA", "e1"))).toBe("refused: key_unknown");
  });
});

describe("the server refuses to start with", () => {
  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const cubic = generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 });
  const e1 = jwkOf(p256, { kid: "e1" });
  /** 2049 bits that are a power of 65537, as the product of ROCA primes is modulo small primes. */
  const roca = Buffer.from((65537n ** 128n).toString(16).padStart(514, "0"), "hex").toString(
    "base64url",
  );

  test.each([
    ["nothing", "", "is neither a PEM public key"],
    ["a text", "undefined", "is neither a PEM public key"],
    ["a list", "[]", "is neither a PEM public key"],
    [
      "a private PEM",
      ed25519.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      "holds a private key",
    ],
    [
      "an old private PEM",
      rsa.privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
      "holds a private key",
    ],
    [
      "a private JWK",
      JSON.stringify(ed25519.privateKey.export({ format: "jwk" })),
      "holds a private key",
    ],
    [
      "a set with a private JWK",
      JSON.stringify({ keys: [p256.privateKey.export({ format: "jwk" })] }),
      "holds a private key",
    ],
    [
      "a symmetric JWK",
      '{"kty":"oct","k":"azEtc2VjcmV0LTAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm"}',
      "is a symmetric key",
    ],
    ["a mixed set", `{"keys":[${e1},{"kty":"oct","k":"AA"}]}`, "is a symmetric key"],
    [
      "PKCS #1",
      rsa.publicKey.export({ type: "pkcs1", format: "pem" }).toString(),
      "is in the old PKCS #1 format",
    ],
    [
      "a certificate",
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
      "is a certificate",
    ],
    ["half a PEM", pemOf(rsa).slice(0, 100), "is PEM without a complete"],
    ["two PEM blocks", pemOf(rsa) + pemOf(p256), "has more than one PEM block"],
    [
      "a PEM that is cut inside",
      pemOf(p256).replace(/.{20}\n-----END/, "\n-----END"),
      "is a PEM key of an unsupported type",
    ],
    ["a PEM of P-384", pemOf(p384), "is a PEM key of an unsupported type"],
    ["a JWK of P-384", jwkOf(p384), "is a key of an unsupported type"],
    [
      "a JWK of secp256k1",
      '{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}',
      "is a key of an unsupported type",
    ],
    [
      "an Ed25519 key that says P-256",
      jwkOf(ed25519, { crv: "P-256" }),
      "is a key of an unsupported type",
    ],
    ["X25519", jwkOf(ed25519, { crv: "X25519" }), "is a key of an unsupported type"],
    ["an EC key that says P-384", jwkOf(p256, { crv: "P-384" }), "is a key of an unsupported type"],
    ["RSA with a curve", jwkOf(rsa, { crv: "P-256" }), "is a key of an unsupported type"],
    ["RSA of 1024 bits", pemOf(small), "is an RSA key of 1024 bits"],
    ["RSA with exponent 3", pemOf(cubic), "is an RSA key whose public exponent is not 65537"],
    [
      "RSA with exponent 1",
      jwkOf(rsa, { e: "AQ" }),
      "is an RSA key whose public exponent is not 65537",
    ],
    [
      "RSA with a padded modulus",
      jwkOf(rsa, { n: `${rsa.publicKey.export({ format: "jwk" }).n}==` }),
      "has an n that is not a number",
    ],
    [
      "RSA with an even modulus",
      jwkOf(rsa, { n: Buffer.alloc(256, 0xfe).toString("base64url") }),
      "is an RSA key with an even modulus",
    ],
    [
      "RSA from a broken generator",
      `{"kty":"RSA","e":"AQAB","n":"${roca}"}`,
      "is an RSA key from a broken generator",
    ],
    [
      "a point off the curve",
      jwkOf(p256, { x: Buffer.alloc(32, 1).toString("base64url") }),
      "is not a point on the curve",
    ],
    ["a short coordinate", jwkOf(p256, { y: "AA" }), "has an x or y that is not 32 bytes"],
    ["a short Ed25519 key", jwkOf(ed25519, { x: "AA" }), "has an x that is not 32 bytes"],
    [
      "an alg of another kind",
      jwkOf(rsa, { alg: "ES256" }),
      "is a key whose alg does not match its type",
    ],
    ["alg HS256", jwkOf(rsa, { alg: "HS256" }), "is a key whose alg does not match its type"],
    ["alg none", jwkOf(p256, { alg: "none" }), "is a key whose alg does not match its type"],
    ["a key for encryption", jwkOf(rsa, { use: "enc" }), 'is a key whose use is not "sig"'],
    [
      "a key for signing",
      jwkOf(rsa, { key_ops: ["sign"] }),
      "is a key whose key_ops do not include",
    ],
    ["a kid that is a number", jwkOf(p256, { kid: 1 }), "is a key whose kid is not a string"],
    ["an empty set", '{"keys":[]}', "is a JWK Set without keys"],
    ["a set of something else", '{"keys":[1]}', "is a JWK Set with members that are not keys"],
    [
      "a set with the same kid twice",
      `{"keys":[${e1},${e1}]}`,
      "is a JWK Set in which two keys have the same kid",
    ],
    [
      "a set with a key without kid",
      `{"keys":[${e1},${jwkOf(ed25519)}]}`,
      "is a JWK Set in which a key has no kid",
    ],
    [
      "a set of five keys for one algorithm",
      JSON.stringify({
        keys: [1, 2, 3, 4, 5].map((kid) => ({
          ...p256.publicKey.export({ format: "jwk" }),
          kid: `k${kid}`,
        })),
      }),
      "is a JWK Set with more than 4 keys for one algorithm",
    ],
  ])("%s", (_name, key, problem) => {
    const message = startRefusal(key);
    expect(message).toStartWith(`JWT_PUBLIC_KEY ${problem}`);
    if (key.length > 40) expect(message).not.toContain(key.slice(-40));
  });

  test.each([
    [pemOf(rsa), { JWT_ALGORITHM: "HS256" }, "JWT_ALGORITHM does not match the key"],
    [pemOf(rsa), { JWT_ALGORITHM: "ES256" }, "JWT_ALGORITHM does not match the key"],
    [
      jwkOf(rsa, { alg: "RS256" }),
      { JWT_ALGORITHM: "PS256" },
      "JWT_ALGORITHM does not match the key",
    ],
    [e1, { JWT_KEY_ID: "e2" }, "JWT_KEY_ID is not the kid of the key"],
    [`{"keys":[${e1}]}`, { JWT_KEY_ID: "e1" }, "JWT_KEY_ID cannot name the keys of a JWK Set"],
  ])("%.30s and %j", (key, settings, message) => {
    expect(startRefusal(key, settings)).toStartWith(message);
  });
});
