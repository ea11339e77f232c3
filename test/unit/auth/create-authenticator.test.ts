import { describe, expect, test } from "bun:test";
import { createAuthenticator } from "../../../src/auth/create-authenticator.ts";
import { parseAuthConfig } from "../../../src/auth/env.ts";
import { readApiKey } from "../../../src/auth/read-token.ts";
import { judge } from "../../support/judge-token.ts";
import { claims, HS256_HEADER, NOW, signHs256, TEST_SECRET } from "../../support/jwt.ts";

const token = signHs256(HS256_HEADER, JSON.stringify(claims()));

function ask(headers: Record<string, string>, url = "http://localhost/chat"): Request {
  return new Request(url, { method: "POST", headers });
}

describe("an authenticator without a key", () => {
  const authenticator = createAuthenticator(parseAuthConfig({}), { fetch, now: () => NOW * 1000 });

  test("refuses everybody and says that the server is not set up", async () => {
    expect(authenticator.configured).toBe(false);
    for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
      await expect(authenticator.authenticate(ask(headers))).rejects.toMatchObject({
        code: "auth_not_configured",
        status: 503,
      });
    }
  });
});

describe("an authenticator with a secret", () => {
  const env = parseAuthConfig({ JWT_SECRET: TEST_SECRET });
  const { configured, authenticate } = createAuthenticator(env, { fetch, now: () => NOW * 1000 });

  test("reads the token from the Authorization header", async () => {
    expect(configured).toBe(true);
    expect(await judge(() => authenticate(ask({ authorization: `Bearer ${token}` })))).toBe(
      "accepted: app",
    );
  });

  test("reads the token from x-api-key only if the dialect does", async () => {
    const request = ask({ "x-api-key": token });
    expect(await judge(() => authenticate(request))).toBe("refused: token_missing");
    expect(await judge(() => authenticate(request, readApiKey))).toBe("accepted: app");
  });

  test("ignores the query and cookies", async () => {
    const request = ask(
      { cookie: `access_token=${token}` },
      `http://localhost/chat?access_token=${token}`,
    );
    expect(await judge(() => authenticate(request))).toBe("refused: token_missing");
  });

  test("reads the platform's clock on each request", async () => {
    let now = NOW * 1000;
    const { authenticate: authenticateLater } = createAuthenticator(env, { fetch, now: () => now });
    const request = ask({ authorization: `Bearer ${token}` });
    expect(await judge(() => authenticateLater(request))).toBe("accepted: app");
    now += 3_630_000;
    expect(await judge(() => authenticateLater(request))).toBe("refused: expired");
  });

  test("applies the settings", async () => {
    const settings = {
      JWT_SECRET: TEST_SECRET,
      JWT_ISSUER: "elixir-app",
      JWT_AUDIENCE: "chat",
      JWT_MAX_LIFETIME_SECONDS: "600",
    };
    const strict = createAuthenticator(
      parseAuthConfig({ ...settings, JWT_TOLERANCE_SECONDS: "0" }),
      { fetch, now: () => NOW * 1000 },
    );
    const verdict = (changes: Record<string, unknown>) => {
      const own = claims({ iss: "elixir-app", aud: "chat", exp: NOW + 600, ...changes });
      const authorization = `Bearer ${signHs256(HS256_HEADER, JSON.stringify(own))}`;
      return judge(() => strict.authenticate(ask({ authorization })));
    };
    expect(await verdict({})).toBe("accepted: app");
    expect(await verdict({ iss: "oneshot" })).toBe("refused: issuer_mismatch");
    expect(await verdict({ aud: "ai-server" })).toBe("refused: audience_mismatch");
    expect(await verdict({ exp: NOW + 601 })).toBe("refused: lifetime_too_long");
    expect(await verdict({ exp: NOW, iat: NOW - 60 })).toBe("refused: expired");
    expect(await verdict({ nbf: NOW + 1 })).toBe("refused: not_yet_valid");
  });

  test("compares kid with JWT_KEY_ID", async () => {
    const named = createAuthenticator(
      parseAuthConfig({ JWT_SECRET: TEST_SECRET, JWT_KEY_ID: "k1" }),
      { fetch, now: () => NOW * 1000 },
    );
    const verdict = (kid?: string) => {
      const authorization = `Bearer ${signHs256(JSON.stringify({ alg: "HS256", kid }), JSON.stringify(claims()))}`;
      return judge(() => named.authenticate(ask({ authorization })));
    };
    expect(await verdict()).toBe("accepted: app");
    expect(await verdict("k1")).toBe("accepted: app");
    expect(await verdict("k0")).toBe("refused: key_unknown");
  });
});
