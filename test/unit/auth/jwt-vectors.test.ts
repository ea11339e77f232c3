import { describe, expect, test } from "bun:test";
import { createAuthenticator } from "../../../src/auth/create-authenticator.ts";
import { parseAuthConfig } from "../../../src/auth/env.ts";
import { createKeyRing, type VerifyKey } from "../../../src/auth/key-source.ts";
import { createPolicyReader } from "../../../src/auth/policy.ts";
import { createPublicKeySource } from "../../../src/auth/public-key.ts";
import { createSecretKey } from "../../../src/auth/secret-key.ts";
import { createTokenVerifier } from "../../../src/auth/verify-token.ts";
import { ConfigError } from "../../../src/env/config-error.ts";
import { judge } from "../../support/judge-token.ts";
import {
  endsInHeaderSpace,
  type JokenTokens,
  keyEnvironment,
  loadJokenTokens,
  loadJwtSets,
  namedKeyEnvironment,
  type VectorKey,
} from "../../support/jwt-vectors.ts";
import { hasVectors, NEEDS_VECTORS } from "../../support/vectors.ts";

// Suites that are left out are still read.
const NO_TOKENS: JokenTokens = { now: 0, keys: [], cases: [] };

/**
 * The ring of the vectors, symmetric and asymmetric keys together, as no configuration can make it.
 */
async function createMixedRing(keys: readonly VectorKey[]) {
  const ring: (VerifyKey & { id: string })[] = [];
  for (const key of keys) {
    if (key.k !== undefined) {
      ring.push({
        ...createSecretKey(Buffer.from(key.k, "base64url").toString(), key.kid),
        id: key.kid,
      });
      continue;
    }
    for (const algorithm of ["EdDSA", "Ed25519", "ES256", "RS256"]) {
      const [found] = await createPublicKeySource(JSON.stringify(key), {}).resolve(
        key.kid,
        algorithm,
      );
      if (found && !ring.some((other) => other.id === key.kid))
        ring.push({ ...found, id: key.kid });
    }
  }
  expect(ring.map((key) => key.id)).toEqual(keys.map((key) => key.kid));
  return createKeyRing(ring);
}

describe.each(loadJwtSets())("the JWT cases $origin", ({ set }) => {
  const { now, issuer, audience, keys, cases, count, startupRefuse } = set;
  const rules = { issuer, audience, toleranceSeconds: 30, maxLifetimeSeconds: 86_400 };

  test("are complete", () => {
    expect(cases).toHaveLength(count);
  });

  // Of a case that is a deployment's own "policy", either verdict is right.
  const decided = cases.filter(({ expect: expected }) => expected !== "policy");

  test.each(decided)(
    "with the whole ring: $id $name → $expect",
    async ({ token, expect: expected }) => {
      const verify = createTokenVerifier(
        await createMixedRing(keys),
        rules,
        createPolicyReader({}),
        () => now * 1000,
      );
      expect(await judge(async () => verify(token))).toStartWith(
        expected === "reject" ? "refused: " : "accepted: ",
      );
    },
  );

  describe.each(keys)("with the settings of $kid alone", (key) => {
    const env = parseAuthConfig({
      ...namedKeyEnvironment(key),
      JWT_ISSUER: issuer,
      JWT_AUDIENCE: audience,
    });
    const authenticator = createAuthenticator(env, { fetch, now: () => now * 1000 });

    test("accepts nothing that should be refused", async () => {
      for (const { name, token, expect: expected } of cases) {
        if (expected !== "reject" || /[^\x20-\x7e]/.test(token) || endsInHeaderSpace(token))
          continue;
        const request = new Request("http://localhost/chat", {
          headers: { authorization: `Bearer ${token}` },
        });
        expect([name, await judge(() => authenticator.authenticate(request))]).toEqual([
          name,
          expect.stringContaining("refused: "),
        ]);
      }
    });
  });

  test("accepts every token that should be, with the settings of its signer's key", async () => {
    const authenticators = keys.map((key) =>
      createAuthenticator(
        parseAuthConfig({ ...keyEnvironment(key), JWT_ISSUER: issuer, JWT_AUDIENCE: audience }),
        {
          fetch,
          now: () => now * 1000,
        },
      ),
    );
    for (const { name, token, expect: expected } of cases) {
      if (expected !== "accept") continue;
      const request = new Request("http://localhost/chat", {
        headers: { authorization: `Bearer ${token}` },
      });
      const verdicts = await Promise.all(
        authenticators.map((authenticator) => judge(() => authenticator.authenticate(request))),
      );
      expect([name, verdicts.filter((verdict) => verdict.startsWith("accepted: ")).length]).toEqual(
        [name, 1],
      );
    }
  });

  test.each(startupRefuse)("the secret %p refuses to start", (secret) => {
    expect(() =>
      createAuthenticator(parseAuthConfig({ JWT_SECRET: secret }), { fetch, now: Date.now }),
    ).toThrow(ConfigError);
  });
});

describe.skipIf(!hasVectors)(`Joken's tokens ${NEEDS_VECTORS}`, () => {
  const { now, keys, cases } = hasVectors ? loadJokenTokens() : NO_TOKENS;

  test("exist", () => {
    expect(cases).toHaveLength(7);
  });

  test.each(cases)("$name", async ({ token, kid, issuer, audience }) => {
    for (const key of keys.filter((candidate) => candidate.kid === kid)) {
      const env = parseAuthConfig({
        ...keyEnvironment(key),
        JWT_ISSUER: issuer,
        JWT_AUDIENCE: audience,
      });
      const request = new Request("http://localhost/chat", {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(
        await judge(() =>
          createAuthenticator(env, { fetch, now: () => now * 1000 }).authenticate(request),
        ),
      ).toStartWith("accepted: ");
    }
    expect(keys.some((candidate) => candidate.kid === kid)).toBe(true);
  });
});
