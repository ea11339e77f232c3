import { describe, expect, test } from "bun:test";
import * as z from "zod/mini";
import { createAuthenticator } from "../../../src/auth/create-authenticator.ts";
import { authEnv, parseAuthConfig } from "../../../src/auth/env.ts";
import { ConfigError } from "../../../src/env/config-error.ts";
import { TEST_SECRET } from "../../support/jwt.ts";

/** The message with which the server refuses to start. */
function startRefusal(env: Record<string, string>): string {
  try {
    createAuthenticator(parseAuthConfig(env), { fetch, now: Date.now });
  } catch (error) {
    if (error instanceof ConfigError) {
      expect(error.message).toStartWith(`${error.variable} `);
      return error.message;
    }
    throw error;
  }
  throw new Error("the server would start");
}

describe("the settings of auth", () => {
  test("have defaults", () => {
    expect(parseAuthConfig({})).toEqual({
      JWT_ISSUER: "oneshot",
      JWT_AUDIENCE: "ai-server",
      JWT_TOLERANCE_SECONDS: 30,
      JWT_MAX_LIFETIME_SECONDS: 86_400,
    });
  });

  test("all have descriptions", () => {
    for (const schema of Object.values(authEnv))
      expect(z.globalRegistry.get(schema)?.description?.length).toBeGreaterThan(20);
  });

  test("can be changed", () => {
    const env = {
      JWT_ISSUER: "elixir-app",
      JWT_AUDIENCE: "Joken",
      JWT_TOLERANCE_SECONDS: "0",
      JWT_MAX_LIFETIME_SECONDS: "2592000",
    };
    expect(parseAuthConfig(env)).toEqual({
      JWT_ISSUER: "elixir-app",
      JWT_AUDIENCE: "Joken",
      JWT_TOLERANCE_SECONDS: 0,
      JWT_MAX_LIFETIME_SECONDS: 2_592_000,
    });
  });

  test.each([
    "",
    " ",
    "*",
    "undefined",
    "null",
    "none",
    "NONE",
    "any",
    "false",
    "a\nb",
    "x".repeat(256),
  ])("refuse %.20p as issuer and as audience", (value) => {
    expect(startRefusal({ JWT_SECRET: TEST_SECRET, JWT_ISSUER: value })).toStartWith(
      "JWT_ISSUER would switch off the check of iss",
    );
    expect(startRefusal({ JWT_SECRET: TEST_SECRET, JWT_AUDIENCE: value })).toStartWith(
      "JWT_AUDIENCE would switch off the check of aud",
    );
  });

  test.each(["", "61", "-1", "30.5", "1e1", "abc", "Infinity", "99999999999"])(
    "refuse a tolerance of %p",
    (value) => {
      expect(startRefusal({ JWT_TOLERANCE_SECONDS: value })).toBe(
        "JWT_TOLERANCE_SECONDS must be a whole number from 0 to 60",
      );
    },
  );

  test.each(["", "0", "2592001", "-1", "24h", "Infinity"])("refuse a lifetime of %p", (value) => {
    expect(startRefusal({ JWT_MAX_LIFETIME_SECONDS: value })).toBe(
      "JWT_MAX_LIFETIME_SECONDS must be a whole number from 1 to 2592000",
    );
  });

  test.each([
    "",
    "undefined",
    "secret",
    "changeme",
    "0123456789abcdef",
    "your-256-bit-secret-your-256-bit-secret",
    "a".repeat(32),
  ])("refuse the secret %p, and say how to make one", (secret) => {
    const message = startRefusal({ JWT_SECRET: secret });
    expect(message).toStartWith("JWT_SECRET ");
    expect(message).toContain("openssl rand -base64 48");
    if (secret.length > 10) expect(message).not.toContain(secret);
  });

  test.each([
    [` ${TEST_SECRET}`, "JWT_SECRET starts or ends with white space"],
    [`${TEST_SECRET}\n`, "JWT_SECRET starts or ends with white space"],
    [
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----",
      "JWT_SECRET holds a PEM key",
    ],
  ])("refuse the secret %j", (secret, message) => {
    expect(startRefusal({ JWT_SECRET: secret })).toStartWith(message);
  });

  test("refuse a secret and a public key together", () => {
    expect(startRefusal({ JWT_SECRET: TEST_SECRET, JWT_PUBLIC_KEY: "anything" })).toContain(
      "JWT_PUBLIC_KEY are both set",
    );
    expect(startRefusal({ JWT_SECRET: "", JWT_PUBLIC_KEY: "anything" })).toContain(
      "JWT_PUBLIC_KEY are both set",
    );
  });

  test("refuse an algorithm that does not match the secret", () => {
    expect(startRefusal({ JWT_SECRET: TEST_SECRET, JWT_ALGORITHM: "RS256" })).toStartWith(
      "JWT_ALGORITHM does not match JWT_SECRET",
    );
    expect(startRefusal({ JWT_SECRET: TEST_SECRET, JWT_ALGORITHM: "none" })).toStartWith(
      "JWT_ALGORITHM must be HS256",
    );
    expect(startRefusal({ JWT_SECRET: TEST_SECRET, JWT_ALGORITHM: "HS512" })).toStartWith(
      "JWT_ALGORITHM must be HS256",
    );
  });

  test("refuse an empty or endless key id", () => {
    expect(startRefusal({ JWT_KEY_ID: "" })).toStartWith("JWT_KEY_ID must not be empty");
    expect(startRefusal({ JWT_KEY_ID: "k".repeat(129) })).toStartWith(
      "JWT_KEY_ID must be at most 128",
    );
  });
});
