import { describe, expect, test } from "bun:test";
import { createAuthenticator } from "../../../src/auth/create-authenticator.ts";
import { createKeyRing, type VerifyKey } from "../../../src/auth/key-source.ts";
import { createPublicKeySource } from "../../../src/auth/public-key.ts";
import { createSecretKey } from "../../../src/auth/secret-key.ts";
import { parseAuthEnv } from "../../../src/auth/settings.ts";
import { createTokenVerifier } from "../../../src/auth/verify-token.ts";
import { ConfigError } from "../../../src/env/config-error.ts";
import { judge } from "../../support/judge-token.ts";
import { envOf, jokenTokens, jwtCases, type VectorKey } from "../../support/jwt-vectors.ts";
import { NEEDS_VECTORS } from "../../support/vectors.ts";

const EMPTY = { now: 0, issuer: "", audience: "", keys: [], cases: [] };

/** The ring of the vectors, symmetric and asymmetric keys together, as no configuration can make it. */
async function createMixedRing(keys: readonly VectorKey[]) {
  const ring: (VerifyKey & { id: string })[] = [];
  for (const key of keys) {
    if (key.k !== undefined) {
      ring.push({ ...createSecretKey(Buffer.from(key.k, "base64url").toString(), key.kid), id: key.kid });
      continue;
    }
    for (const algorithm of ["EdDSA", "Ed25519", "ES256", "RS256"]) {
      const [found] = await createPublicKeySource(JSON.stringify(key), {}).resolve(key.kid, algorithm);
      if (found && !ring.some((other) => other.id === key.kid)) ring.push({ ...found, id: key.kid });
    }
  }
  expect(ring.map((key) => key.id)).toEqual(keys.map((key) => key.kid));
  return createKeyRing(ring);
}

describe.skipIf(!jwtCases)(`the JWT cases ${NEEDS_VECTORS}`, () => {
  const { now, issuer, audience, keys, cases, startupRefuse } = jwtCases ?? { ...EMPTY, startupRefuse: [] };
  const rules = { issuer, audience, toleranceSeconds: 30, maxLifetimeSeconds: 86_400 };

  test("are there", () => {
    expect(cases).toHaveLength(98);
  });

  test.each(cases)("with the whole ring: $id $name → $expect", async ({ token, expect: expected }) => {
    const verify = createTokenVerifier(await createMixedRing(keys), rules, () => now * 1000);
    // A deployment that asks for `sub` may refuse the one token without it ("policy"); this one does not.
    expect(await judge(() => verify(token))).toStartWith(expected === "reject" ? "refused: " : "accepted: ");
  });

  describe.each(keys)("with the settings of $kid alone", (key) => {
    const env = parseAuthEnv({ ...envOf(key), JWT_ISSUER: issuer, JWT_AUDIENCE: audience });
    const authenticator = createAuthenticator(env, { now: () => now * 1000 });

    test("nothing is accepted that should be refused", async () => {
      for (const { name, token, expect: expected } of cases) {
        if (expected !== "reject" || /[^\x20-\x7e]/.test(token)) continue;
        const request = new Request("http://localhost/chat", { headers: { authorization: `Bearer ${token}` } });
        expect([name, await judge(() => authenticator.authenticate(request))]).toEqual([
          name,
          expect.stringContaining("refused: "),
        ]);
      }
    });
  });

  test("each token that is to be accepted is, with the settings of its signer's key", async () => {
    const authenticators = keys.map((key) =>
      createAuthenticator(parseAuthEnv({ ...envOf(key), JWT_ISSUER: issuer, JWT_AUDIENCE: audience }), { now: () => now * 1000 }),
    );
    for (const { name, token, expect: expected } of cases) {
      if (expected === "reject") continue;
      const request = new Request("http://localhost/chat", { headers: { authorization: `Bearer ${token}` } });
      const verdicts = await Promise.all(authenticators.map((authenticator) => judge(() => authenticator.authenticate(request))));
      expect([name, verdicts.filter((verdict) => verdict.startsWith("accepted: ")).length]).toEqual([name, 1]);
    }
  });

  test.each(startupRefuse)("the secret %p refuses to start", (secret) => {
    expect(() => createAuthenticator(parseAuthEnv({ JWT_SECRET: secret }), { now: Date.now })).toThrow(ConfigError);
  });
});

describe.skipIf(!jokenTokens)(`Joken's tokens ${NEEDS_VECTORS}`, () => {
  const { now, keys, cases } = jokenTokens ?? EMPTY;

  test("are there", () => {
    expect(cases).toHaveLength(7);
  });

  test.each(cases)("$name", async ({ token, kid, issuer, audience }) => {
    for (const key of keys.filter((candidate) => candidate.kid === kid)) {
      const env = parseAuthEnv({ ...envOf(key), JWT_ISSUER: issuer, JWT_AUDIENCE: audience });
      const request = new Request("http://localhost/chat", { headers: { authorization: `Bearer ${token}` } });
      expect(await judge(() => createAuthenticator(env, { now: () => now * 1000 }).authenticate(request))).toStartWith(
        "accepted: ",
      );
    }
    expect(keys.some((candidate) => candidate.kid === kid)).toBe(true);
  });
});
