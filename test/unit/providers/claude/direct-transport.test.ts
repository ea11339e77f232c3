import { afterEach, describe, expect, spyOn, test } from "bun:test";
import { foldEvents } from "../../../../src/chat/fold-events.ts";
import type { ChatRequest } from "../../../../src/chat/request.ts";
import type { ClaudeConfig } from "../../../../src/providers/claude/env.ts";
import { createClaudeProvider } from "../../../../src/providers/claude/index.ts";
import {
  createTestCall,
  createTestDeps,
  jsonResponse,
  type PlayedResponse,
  playResponses,
} from "../../../support/play-response.ts";
import { requireAvailable } from "../../../support/require-available.ts";

const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-x",
  content: [{ type: "text", text: "Hello" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
};
const API_KEY: ClaudeConfig = { ANTHROPIC_API_KEY: "sk-ant-api03-key" };
const OAUTH: ClaudeConfig = { CLAUDE_ACCESS_TOKEN: "sk-ant-oat01-token" };
const HI: ChatRequest = { messages: [{ role: "user", content: "Grüße" }] };

async function call(
  env: ClaudeConfig,
  request: ChatRequest = HI,
  response: PlayedResponse = jsonResponse(MESSAGE),
) {
  const played = playResponses(response);
  const provider = requireAvailable(createClaudeProvider(env, createTestDeps(played.fetch)));
  const answer = await foldEvents(await provider.open(createTestCall(request)));
  const [sent] = played.calls;
  if (!sent) throw new Error("nothing was sent");
  return { answer, sent };
}

async function failureOf(env: ClaudeConfig, response: PlayedResponse): Promise<unknown> {
  return call(env, HI, response).catch((thrown: unknown) => thrown);
}

function refusal(
  status: number,
  error: object,
  headers: Record<string, string> = {},
): PlayedResponse {
  return jsonResponse({ type: "error", error, request_id: "req_body" }, status, {
    "request-id": "req_up",
    ...headers,
  });
}

describe("the request", () => {
  test("with an API key", async () => {
    const { sent, answer } = await call(API_KEY);
    expect(answer.content).toEqual([{ type: "text", text: "Hello" }]);
    expect(sent.url).toBe("https://api.anthropic.com/v1/messages");
    expect(sent.init).toMatchObject({ method: "POST", redirect: "manual" });
    expect(JSON.parse(sent.body)).toEqual({
      model: "test-model",
      max_tokens: 4096,
      messages: HI.messages,
    });
    const headers = Object.fromEntries(
      [...sent.headers].filter(([name]) => !name.startsWith("x-stainless-")),
    );
    expect(headers).toEqual({
      accept: "application/json",
      "anthropic-version": "2023-06-01",
      "content-type": "application/json",
      "user-agent": expect.stringMatching(/^Anthropic\/JS \d/),
      "x-api-key": "sk-ant-api03-key",
    });
  });

  test("with an OAuth token", async () => {
    const { sent } = await call(OAUTH);
    expect(sent.headers.get("authorization")).toBe("Bearer sk-ant-oat01-token");
    expect(sent.headers.get("anthropic-beta")).toBe("oauth-2025-04-20");
    expect(sent.headers.has("x-api-key")).toBe(false);
    expect(sent.headers.get("user-agent")).not.toMatch(/claude-?code|claude-cli/i);
  });

  test("to a server that the operator chose", async () => {
    const { sent } = await call({ ...API_KEY, ANTHROPIC_BASE_URL: "http://127.0.0.1:9/proxy" });
    expect(sent.url).toBe("http://127.0.0.1:9/proxy/v1/messages");
  });

  test("the caller's version and betas are sent, but no beta about a credential", async () => {
    const extras = {
      anthropic: {
        "anthropic-version": "2026-10-21",
        "anthropic-beta": "claude-code-20250219, oauth-2025-04-20,context-1m-2025-08-07",
      },
    };
    const byKey = await call(API_KEY, { ...HI, extras });
    expect(byKey.sent.headers.get("anthropic-version")).toBe("2026-10-21");
    expect(byKey.sent.headers.get("anthropic-beta")).toBe(
      "claude-code-20250219,context-1m-2025-08-07",
    );
    const byToken = await call(OAUTH, { ...HI, extras });
    expect(byToken.sent.headers.get("anthropic-beta")).toBe(
      "context-1m-2025-08-07,oauth-2025-04-20",
    );
  });

  test("one call's headers are not kept for the next", async () => {
    const played = playResponses(jsonResponse(MESSAGE));
    const provider = requireAvailable(createClaudeProvider(API_KEY, createTestDeps(played.fetch)));
    await provider.open(
      createTestCall({ ...HI, extras: { anthropic: { "anthropic-beta": "a" } } }),
    );
    await provider.open(createTestCall(HI));
    expect(played.calls.map(({ headers }) => headers.get("anthropic-beta"))).toEqual(["a", null]);
  });
});

describe("the client", () => {
  const names = [
    "ANTHROPIC_CUSTOM_HEADERS",
    "ANTHROPIC_BASE_URL",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_LOG",
  ] as const;
  afterEach(() => {
    for (const name of names) delete process.env[name];
  });

  test("the environment does not change the request", async () => {
    const before = await call(API_KEY);
    process.env.ANTHROPIC_CUSTOM_HEADERS =
      "x-evil: 1\nauthorization: Bearer other\nuser-agent: claude-cli\nanthropic-beta: x";
    process.env.ANTHROPIC_BASE_URL = "http://evil.test";
    process.env.ANTHROPIC_AUTH_TOKEN = "other";
    process.env.ANTHROPIC_LOG = "debug";
    const { sent } = await call(API_KEY);
    expect(sent.url).toBe(before.sent.url);
    expect([...sent.headers]).toEqual([...before.sent.headers]);
  });

  test("logs nothing and retries nothing", async () => {
    const spies = (["log", "info", "warn", "error", "debug"] as const).map((name) =>
      spyOn(console, name),
    );
    const played = playResponses(refusal(529, { type: "overloaded_error", message: "Overloaded" }));
    const provider = requireAvailable(createClaudeProvider(API_KEY, createTestDeps(played.fetch)));
    await provider.open(createTestCall(HI)).catch(() => {});
    await call(API_KEY);
    expect(played.calls.length).toBe(1);
    for (const spy of spies) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });

  test("a refused connection is reported as one", async () => {
    const refused = Object.assign(
      new Error("Unable to connect to http://127.0.0.1:1/?key=SECRET"),
      {
        code: "ConnectionRefused",
      },
    );
    const provider = requireAvailable(
      createClaudeProvider(
        API_KEY,
        createTestDeps(() => Promise.reject(refused)),
      ),
    );
    const error: unknown = await provider
      .open(createTestCall(HI))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "upstream_unavailable" });
    const untrusted = requireAvailable(
      createClaudeProvider(
        API_KEY,
        createTestDeps(() =>
          Promise.reject(
            Object.assign(new Error("self signed certificate"), {
              code: "DEPTH_ZERO_SELF_SIGNED_CERT",
            }),
          ),
        ),
      ),
    );
    expect(
      await untrusted.open(createTestCall(HI)).catch((thrown: unknown) => thrown),
    ).toMatchObject({ code: "upstream_tls" });
  });

  test("no call is made for a caller who has left", async () => {
    const controller = new AbortController();
    const provider = requireAvailable(
      createClaudeProvider(
        API_KEY,
        createTestDeps(
          (_, { signal }) =>
            new Promise((_resolve, reject) =>
              signal?.addEventListener("abort", () => reject(signal.reason)),
            ),
        ),
      ),
    );
    const opening = provider
      .open(createTestCall(HI, { signal: controller.signal }))
      .catch((thrown: unknown) => thrown);
    await Bun.sleep(5);
    controller.abort();
    expect(await opening).toMatchObject({ code: "cancelled" });
  });
});

describe("refusals", () => {
  const cases: readonly (readonly [number, object, object])[] = [
    [
      400,
      { type: "invalid_request_error", message: "messages: too long" },
      { code: "upstream_rejected", message: "messages: too long" },
    ],
    [
      401,
      { type: "authentication_error", message: "invalid x-api-key sk-ant-api03-key" },
      { code: "upstream_auth" },
    ],
    [402, { type: "billing_error", message: "m" }, { code: "upstream_billing" }],
    [403, { type: "permission_error", message: "m" }, { code: "upstream_auth" }],
    [
      404,
      { type: "not_found_error", message: "model: claude-y" },
      { code: "model_not_found", message: "model: claude-y" },
    ],
    [409, { type: "conflict_error", message: "m" }, { code: "upstream_conflict" }],
    [413, { type: "request_too_large", message: "m" }, { code: "request_too_large" }],
    [
      429,
      { type: "rate_limit_error", message: "m" },
      { code: "upstream_rate_limited", retryable: true, retryAfterSeconds: 7 },
    ],
    [500, { type: "api_error", message: "m" }, { code: "upstream_error", retryable: true }],
    [504, { type: "timeout_error", message: "m" }, { code: "upstream_timeout" }],
    [
      529,
      { type: "overloaded_error", message: "m" },
      { code: "upstream_overloaded", retryable: true },
    ],
    [
      400,
      {
        type: "invalid_request_error",
        message: "Your credit balance is too low to access the API.",
      },
      { code: "upstream_billing" },
    ],
    [
      429,
      {
        type: "rate_limit_error",
        message: "m",
        details: { error_code: "enforced_spend_limit_reached" },
      },
      {
        code: "upstream_quota_exhausted",
        retryable: false,
        upstreamCode: "enforced_spend_limit_reached",
      },
    ],
  ];
  test.each(cases)("%p %p", async (status, error, expected) => {
    const headers: Record<string, string> = status === 429 ? { "retry-after": "7" } : {};
    const thrown = await failureOf(API_KEY, refusal(status, error, headers));
    expect(thrown).toMatchObject({
      upstreamStatus: status,
      upstreamRequestId: "req_up",
      ...expected,
    });
    expect(String(thrown)).not.toContain("sk-ant");
  });

  test("of an OAuth token that is only for Claude Code, with what the operator must do", async () => {
    const message =
      "This credential is only authorized for use with Claude Code and cannot be used for other API requests.";
    const thrown = await failureOf(OAUTH, refusal(400, { type: "invalid_request_error", message }));
    expect(thrown).toMatchObject({
      code: "upstream_auth",
      message: expect.stringContaining("ANTHROPIC_API_KEY"),
    });
  });

  test("by a server that is not Anthropic", async () => {
    const html = {
      status: 502,
      headers: { "content-type": "text/html" },
      body: "<html>sk-ant-ECHO</html>",
    };
    expect(await failureOf(API_KEY, html)).toMatchObject({
      code: "upstream_error",
      upstreamStatus: 502,
    });
    const redirect = { status: 307, headers: { location: "http://evil.test/" } };
    expect(await failureOf(API_KEY, redirect)).toMatchObject({
      code: "upstream_invalid_response",
      upstreamStatus: 307,
    });
  });
});

describe("counting tokens", () => {
  test("sends the prompt and reads the count", async () => {
    const played = playResponses(jsonResponse({ input_tokens: 42 }));
    const provider = requireAvailable(createClaudeProvider(API_KEY, createTestDeps(played.fetch)));
    const counted = await provider.countTokens?.(
      createTestCall({ ...HI, max_tokens: 99_999 }, { stream: true }),
    );
    expect(counted).toEqual({ input_tokens: 42, body: { input_tokens: 42 } });
    expect(played.calls[0]?.url).toBe("https://api.anthropic.com/v1/messages/count_tokens");
    expect(JSON.parse(played.calls[0]?.body ?? "")).toEqual({
      model: "test-model",
      messages: HI.messages,
    });
  });

  test.each([{}, { input_tokens: "42" }, { input_tokens: -1 }])(
    "the answer %p is an error",
    async (body) => {
      const provider = requireAvailable(
        createClaudeProvider(API_KEY, createTestDeps(playResponses(jsonResponse(body)).fetch)),
      );
      const thrown = await provider
        .countTokens?.(createTestCall(HI))
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: "upstream_invalid_response" });
    },
  );
});
