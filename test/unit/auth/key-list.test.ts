import { describe, expect, test } from "bun:test";
import { createAuthenticator } from "../../../src/auth/create-authenticator.ts";
import { parseAuthConfig } from "../../../src/auth/env.ts";
import { mintToken } from "../../../src/auth/mint-token.ts";
import { ConfigError } from "../../../src/env/config-error.ts";
import { judge } from "../../support/judge-token.ts";
import { NOW } from "../../support/jwt.ts";

const OLD = "old-secret-0123456789abcdef0123456789abcdef";
const NEW = "new-secret-fedcba9876543210fedcba9876543210";

function mint(secret: string, keyId?: string): Promise<string> {
  return mintToken({
    secret,
    issuer: "oneshot",
    audience: "ai-server",
    subject: "app",
    lifetimeSeconds: 600,
    now: NOW * 1000,
    ...(keyId === undefined ? {} : { keyId }),
  });
}

function createVerifier(keys: readonly unknown[] | string) {
  const text = typeof keys === "string" ? keys : JSON.stringify(keys);
  const config = parseAuthConfig({ JWT_KEYS: text });
  const { authenticate } = createAuthenticator(config, { fetch, now: () => NOW * 1000 });
  return (token: string) =>
    judge(() =>
      authenticate(new Request("http://x/", { headers: { authorization: `Bearer ${token}` } })),
    );
}

async function createJwk(kid: string) {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { kty, crv, x } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { kty, crv, x, kid };
}

describe("a ring of keys", () => {
  const both = [
    { kid: "2026-11", secret: OLD },
    { kid: "2026-12", secret: NEW },
  ];

  test("lets a signer change its key without downtime", async () => {
    const [old, young] = [await mint(OLD, "2026-11"), await mint(NEW, "2026-12")];
    // Before, while and after the signer goes over: no token is refused that was good when it was
    // made.
    const before = createVerifier(both.slice(0, 1));
    const during = createVerifier(both);
    const after = createVerifier(both.slice(1));
    expect(await before(old)).toBe("accepted: app");
    expect([await during(old), await during(young)]).toEqual(["accepted: app", "accepted: app"]);
    expect(await after(young)).toBe("accepted: app");
    expect(await after(old)).toStartWith("refused: key_unknown");
  });

  test("takes a token without a kid that one of the keys has signed", async () => {
    expect(await createVerifier(both)(await mint(NEW))).toBe("accepted: app");
  });

  test("does not take one key's tokens under the name of another", async () => {
    expect(await createVerifier(both)(await mint(NEW, "2026-11"))).toStartWith(
      "refused: signature",
    );
  });

  test("never takes a public key for a secret", async () => {
    const jwk = await createJwk("public");
    const forged = await mint(String(jwk.x).repeat(2), "public");
    expect(await createVerifier([...both, jwk])(forged)).toStartWith("refused: key_unknown");
  });

  test.each([
    ["no JSON", "{", "must be a JSON list"],
    ["empty", "[]", "must be a JSON list"],
    ["an object", '{"keys":[]}', "must be a JSON list"],
    ["a key without a kid", [{ secret: OLD }], "[0] must have a kid"],
    [
      "two keys of one name",
      [...both, { kid: "2026-11", secret: NEW }],
      "[2] has the kid of another key",
    ],
    ["a weak secret", [{ kid: "a", secret: "short" }], "[0] is 5 bytes long"],
    ["an unknown member", [{ kid: "a", secret: OLD, alg: "none" }], "[0] must be {kid, secret}"],
    ["a symmetric JWK", [{ kid: "a", kty: "oct", k: "AAAA" }], "[0] is a symmetric key"],
    ["a bad PEM", [{ kid: "a", pem: "nothing" }], "[0] has a pem that is not a PEM public key"],
  ])("is refused at start: %s", (_name, keys, problem) => {
    let message = "accepted";
    try {
      createVerifier(keys);
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      message = thrown.message;
    }
    expect(message).toStartWith("JWT_KEYS ");
    expect(message).toContain(problem);
    expect(message).not.toContain(OLD);
  });

  test("cannot be beside another key", () => {
    const config = parseAuthConfig({ JWT_KEYS: JSON.stringify(both), JWT_SECRET: OLD });
    expect(() => createAuthenticator(config, { fetch, now: Date.now })).toThrow(
      "JWT_SECRET and JWT_KEYS are both set",
    );
  });
});
