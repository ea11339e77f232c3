import { describe, expect, test } from "bun:test";
import { readClaudeCredential } from "../../../../src/providers/claude/credentials.ts";
import type { ClaudeConfig } from "../../../../src/providers/claude/env.ts";
import { createClaudeProvider } from "../../../../src/providers/claude/index.ts";
import { createTestDeps } from "../../../support/play-response.ts";

const cases: readonly (readonly [ClaudeConfig, ReturnType<typeof readClaudeCredential>])[] = [
  [{ ANTHROPIC_API_KEY: "sk-ant-api03-a" }, { type: "api_key", value: "sk-ant-api03-a" }],
  [{ ANTHROPIC_API_KEY: "any-proxy-key" }, { type: "api_key", value: "any-proxy-key" }],
  [{ ANTHROPIC_API_KEY: "sk-ant-oat01-a" }, { type: "oauth", value: "sk-ant-oat01-a" }],
  [
    { ANTHROPIC_API_KEY: "sk-ant-api03-a", CLAUDE_ACCESS_TOKEN: "sk-ant-oat01-b" },
    { type: "api_key", value: "sk-ant-api03-a" },
  ],
  [
    { CLAUDE_ACCESS_TOKEN: "sk-ant-oat01-b", CLAUDE_CODE_OAUTH_TOKEN: "c" },
    { type: "oauth", value: "sk-ant-oat01-b" },
  ],
  [{ CLAUDE_ACCESS_TOKEN: "sk-ant-api03-a" }, { type: "api_key", value: "sk-ant-api03-a" }],
  [{ CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-c" }, { type: "oauth", value: "sk-ant-oat01-c" }],
];

describe("credentials", () => {
  test.each(cases)("%p", (env, expected) => {
    expect(readClaudeCredential(env)).toEqual(expected);
  });

  test.each(["SECRET with spaces", "SECRET\r\nx: y", "SECRÉT", ""])(
    "a bad secret is reported by its variable only: %p",
    (value) => {
      const read = readClaudeCredential({ CLAUDE_ACCESS_TOKEN: value });
      expect(read).toEqual({ reason: expect.stringContaining("CLAUDE_ACCESS_TOKEN") });
      expect(JSON.stringify(read)).not.toContain("SECR");
    },
  );

  test("without any, the provider says what to do and cannot be called", () => {
    const provider = createClaudeProvider(
      {},
      createTestDeps(() => Promise.reject(new Error("called"))),
    );
    expect(provider).toMatchObject({
      available: false,
      code: "provider_unavailable",
      reason: "Set ANTHROPIC_API_KEY (or CLAUDE_ACCESS_TOKEN).",
    });
    expect(provider).not.toHaveProperty("open");
    expect(provider).not.toHaveProperty("countTokens");
  });
});
