import { describe, expect, test } from "bun:test";
import { checkSecret } from "../../../src/auth/check-secret.ts";
import { makeSecret } from "../../../src/auth/mint-token.ts";

describe("checkSecret", () => {
  test.each([
    "k1-secret-0123456789abcdef0123456789abcdef",
    "0b2f7c1e9d8a4f6b3c5e7a9d1f2b4c6e",
    "correct-battery horse with a long tail of words",
    "ключ-который-никто-не-угадает-1",
  ])("takes %p", (secret) => {
    expect(checkSecret(secret)).toBeNull();
  });

  test("accepts what openssl rand and our own generator produce", () => {
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(32)));
      for (const secret of [bytes.toString("base64"), bytes.toString("hex"), makeSecret()]) {
        expect({ secret, fault: checkSecret(secret) }).toEqual({ secret, fault: null });
      }
    }
  });

  test.each([
    ["secret", "is 6 bytes long, and HS256 needs at least 32"],
    ["0123456789abcdef", "is 16 bytes long, and HS256 needs at least 32"],
    ["your-256-bit-secret", "is 19 bytes long, and HS256 needs at least 32"],
    ["your-256-bit-secret-your-256-bit-secret", "looks like a placeholder"],
    ["CHANGE_ME_CHANGE_ME_CHANGE_ME_CHANGE_ME", "looks like a placeholder"],
    ["please-change-this-secret-before-production-use", "looks like a placeholder"],
    ["a-string-secret-at-least-256-bits-long", "looks like a placeholder"],
    ["super-secret-jwt-token-with-at-least-32-characters-long", "looks like a placeholder"],
    ["undefinedundefinedundefinedundefined", "looks like a placeholder"],
    ["a".repeat(64), "has too few different characters"],
    ["01".repeat(32), "has too few different characters"],
    ["opensesame!1".repeat(4), "repeats the same few characters"],
    ["abcdefghijklmnopqrstuvwxyz0123456789", "is a run of consecutive characters"],
    [
      `\${JWT_SECRET_OF_THE_PRODUCTION_STACK}`,
      "contains a reference that was not replaced by its value",
    ],
    [
      "$(openssl rand -base64 48 | tr -d '\n')",
      "contains a reference that was not replaced by its value",
    ],
    [
      "{{ .Values.ai_server.jwt_secret_text }}",
      "contains a reference that was not replaced by its value",
    ],
    [
      "op://vault/ai-server/jwt-secret-of-production",
      "contains a reference that was not replaced by its value",
    ],
    [
      "<a secret of at least thirty-two bytes>",
      "contains a reference that was not replaced by its value",
    ],
  ])("refuses %p: %s", (secret, fault) => {
    expect(checkSecret(secret)).toBe(fault);
  });
});
