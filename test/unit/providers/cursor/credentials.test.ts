import { describe, expect, test } from "bun:test";
import { readCursorCredential } from "../../../../src/providers/cursor/credentials.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");

function read(env: { CURSOR_API_KEY?: string; CURSOR_AUTH_JSON?: string }) {
  return readCursorCredential(env, NOW);
}

describe("readCursorCredential", () => {
  test("prefers CURSOR_API_KEY to the file's key", () => {
    expect(read({ CURSOR_API_KEY: "crsr_a", CURSOR_AUTH_JSON: '{"apiKey":"crsr_b"}' })).toEqual({
      key: "crsr_a",
    });
  });

  test("takes the key from auth.json, raw, as base64 and cut at its padding", () => {
    const text = '{"version":1,"apiKey":"crsr_file","email":"a@example.com"}';
    const base64 = btoa(text);
    for (const value of [
      text,
      base64,
      base64.replace(/=+$/, ""),
      `'${base64}'`,
      `${base64.slice(0, 20)}\n${base64.slice(20)}`,
    ]) {
      expect(read({ CURSOR_AUTH_JSON: value })).toEqual({ key: "crsr_file" });
    }
  });

  test("says what to do if there is only a login session", () => {
    const credential = read({
      CURSOR_AUTH_JSON: '{"accessToken":"eyJsecret","refreshToken":"eyJmore"}',
    });
    expect(credential).toMatchObject({ code: "provider_unsupported" });
    expect(JSON.stringify(credential)).toContain("CURSOR_API_KEY");
    expect(JSON.stringify(credential)).not.toContain("eyJ");
  });

  test("names the variable, never its value", () => {
    const cases: [env: Parameters<typeof read>[0], name: string][] = [
      [{}, "CURSOR_API_KEY"],
      [{ CURSOR_API_KEY: "crsr secret" }, "CURSOR_API_KEY"],
      [{ CURSOR_API_KEY: "crsr_secret\nx" }, "CURSOR_API_KEY"],
      [{ CURSOR_AUTH_JSON: "secret, not JSON" }, "CURSOR_AUTH_JSON"],
      [{ CURSOR_AUTH_JSON: '{"apiKey":"secret é"}' }, "CURSOR_AUTH_JSON"],
      [{ CURSOR_AUTH_JSON: '{"email":"secret@example.com"}' }, "CURSOR_AUTH_JSON"],
      [
        { CURSOR_AUTH_JSON: `{"apiKey":"crsr_secret","apiKeyExpiresAtMs":${NOW}}` },
        "CURSOR_AUTH_JSON",
      ],
    ];
    for (const [env, name] of cases) {
      const credential = read(env);
      expect(credential).toMatchObject({
        code: "provider_unavailable",
        reason: expect.stringContaining(name),
      });
      expect(JSON.stringify(credential)).not.toContain("secret");
    }
  });

  test("takes a key that has not expired yet", () => {
    expect(
      read({ CURSOR_AUTH_JSON: `{"apiKey":"crsr_a","apiKeyExpiresAtMs":${NOW + 1}}` }),
    ).toEqual({ key: "crsr_a" });
  });
});
