import { describe, expect, test } from "bun:test";
import { challengeFor, refuse } from "../../../src/auth/auth-failure.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";

function caught(act: () => never): ChatError {
  try {
    return act();
  } catch (error) {
    if (error instanceof ChatError) return error;
    throw error;
  }
}

describe("refuse", () => {
  test("tells the caller the same for every reason", () => {
    const errors = [
      caught(() => refuse("expired")),
      caught(() => refuse("key_unknown")),
      caught(() => refuse("claim_invalid", "sub")),
    ];
    for (const error of errors) {
      expect([error.code, error.status, error.message, error.param]).toEqual([
        "unauthenticated",
        401,
        "A valid bearer token is required; the server's log says what was wrong.",
        undefined,
      ]);
    }
    expect(errors.map((error) => error.logReason)).toEqual([
      "expired",
      "key_unknown",
      "claim_invalid:sub",
    ]);
  });
});

describe("challengeFor", () => {
  test("names no error if no token was sent (RFC 6750 §3.1)", () => {
    expect(challengeFor(caught(() => refuse("token_missing")))).toBe('Bearer realm="ai-server"');
    expect(challengeFor(caught(() => refuse("authorization_malformed")))).toBe(
      'Bearer realm="ai-server", error="invalid_token"',
    );
    expect(challengeFor(caught(() => refuse("expired")))).toBe(
      'Bearer realm="ai-server", error="invalid_token"',
    );
  });
});
