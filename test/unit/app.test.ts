import { describe, expect, test } from "bun:test";
import * as z from "zod";
import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { createTimerWheel } from "../../src/runtimes/timer-wheel.ts";

const lineSchema = z.looseObject({
  level: z.string(),
  event: z.string(),
  provider: z.string().optional(),
  available: z.boolean().optional(),
  reason: z.string().optional(),
});

/** What a server with these settings writes at its start. */
function startLines(environment: Record<string, string>) {
  const lines: z.infer<typeof lineSchema>[] = [];
  createApp(loadConfig({ LOG_LEVEL: "debug", ...environment }), {
    runtime: "bun",
    random: Math.random,
    fetch: () => Promise.reject(new Error("nothing is called at start")),
    now: Date.now,
    randomId: () => "id",
    every: createTimerWheel(),
    log: (line) => lines.push(lineSchema.parse(JSON.parse(line))),
  });
  return lines;
}

function startLine(provider: string, environment: Record<string, string>) {
  return startLines(environment).find((line) => line.provider === provider);
}

test("at start the log tells that there is no key for tokens, and says nothing where there is one", () => {
  const findAuth = (environment: Record<string, string>) =>
    startLines(environment).find(({ event }) => event === "auth");
  expect(findAuth({})).toMatchObject({
    level: "error",
    reason: expect.stringContaining("Set JWT_SECRET"),
  });
  expect(findAuth({ JWT_SECRET: "k1-secret-0123456789abcdef0123456789abcdef" })).toBeUndefined();
});

describe("at start the log tells of a provider", () => {
  test("that is available", () => {
    expect(startLine("claude", { ANTHROPIC_API_KEY: "sk-ant-api03-x" })).toMatchObject({
      level: "info",
      available: true,
    });
  });

  test("that nothing was set for, to who wants to know", () => {
    expect(startLine("claude", {})).toMatchObject({ level: "debug", available: false });
  });

  test.each([
    ["claude", { ANTHROPIC_API_KEY: "two words" }, "ANTHROPIC_API_KEY"],
    [
      "claude",
      { CLAUDE_TRANSPORT: "vertex", GOOGLE_APPLICATION_CREDENTIALS_JSON: "{" },
      "GOOGLE_APPLICATION_CREDENTIALS_JSON",
    ],
    ["claude", { CLAUDE_TRANSPORT: "vertex" }, "GOOGLE_APPLICATION_CREDENTIALS_JSON"],
    ["gemini", { GOOGLE_API_KEY: "two words" }, "GOOGLE_API_KEY"],
    ["openai", { OPENAI_API_KEY: "sk-x", OPENAI_PROJECT: "two words" }, "OPENAI_PROJECT"],
    ["cursor", { CURSOR_AUTH_JSON: "garbage" }, "CURSOR_AUTH_JSON"],
    [
      "copilot",
      { COPILOT_BRIDGE_URL: "http://localhost:1", COPILOT_BRIDGE_TOKEN: "two words" },
      "COPILOT_BRIDGE_TOKEN",
    ],
    ["groq", { GROQ_API_KEY: "two words" }, "GROQ_API_KEY"],
    ["ollama", { OLLAMA: "please" }, "OLLAMA"],
    ["compatible-providers", { COMPATIBLE_PROVIDERS: "garbage" }, "COMPATIBLE_PROVIDERS"],
  ])(
    "that was set up and is not there, with the variable at fault: %s by %j",
    (provider, environment, variable) => {
      expect(startLine(provider, environment)).toMatchObject({
        level: "warn",
        available: false,
        reason: expect.stringContaining(variable),
      });
    },
  );
});

describe("a refused request for the models", () => {
  test.each([
    [{}, "Bearer x", { error: { type: "invalid_request_error" } }],
    [
      { "anthropic-version": "2023-06-01" },
      "Bearer x",
      { type: "error", error: { type: "authentication_error" } },
    ],
  ])(
    "is answered in the words of its caller, and logged: %j",
    async (headers, authorization, body) => {
      const lines: unknown[] = [];
      const app = createApp(
        loadConfig({ JWT_SECRET: "k1-secret-0123456789abcdef0123456789abcdef" }),
        {
          runtime: "bun",
          random: Math.random,
          fetch: () => Promise.reject(new Error("nothing is called")),
          now: Date.now,
          randomId: () => "id",
          every: createTimerWheel(),
          log: (line) => lines.push(JSON.parse(line)),
        },
      );
      const response = await app.fetch(
        new Request("http://localhost/v1/models", { headers: { ...headers, authorization } }),
        () => {},
      );
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject(body);
      expect(lines).toContainEqual(
        expect.objectContaining({ event: "refused", request_id: "id", code: "unauthenticated" }),
      );
    },
  );
});

test("GET / says what this is, and HEAD / is a 200 too", async () => {
  const app = createApp(loadConfig({}), {
    runtime: "bun",
    random: Math.random,
    fetch: () => Promise.reject(new Error("nothing is called")),
    now: Date.now,
    randomId: () => "id",
    every: createTimerWheel(),
    log() {},
  });
  const answer = await app.fetch(new Request("http://server.test/"), () => {});
  expect(await answer.json()).toMatchObject({ name: "ai-server", docs: "/docs" });
  const head = await app.fetch(new Request("http://server.test/", { method: "HEAD" }), () => {});
  expect(head.status).toBe(200);
});
