import { describe, expect, test } from "bun:test";
import { foldEvents } from "../../../../src/chat/fold-events.ts";
import type { ChatRequest } from "../../../../src/chat/request.ts";
import type { OpenaiConfig } from "../../../../src/providers/openai/env.ts";
import { createOpenaiProvider } from "../../../../src/providers/openai/index.ts";
import {
  collectEvents,
  createTestCall,
  createTestDeps,
  jsonResponse,
  type PlayedResponse,
  playResponses,
  sseResponse,
} from "../../../support/play-response.ts";
import { rejectionOf } from "../../../support/rejection.ts";
import { requireAvailable } from "../../../support/require-available.ts";
import {
  CREATED,
  completed,
  messageEvents,
  messageItem,
  responseObject,
  responsesSse,
  USAGE,
} from "../../../support/responses-stream.ts";

const ENV: OpenaiConfig = {
  OPENAI_API_KEY: "sk-test",
  OPENAI_BASE_URL: "http://openai.test/v1",
  OPENAI_DEFAULT_MODEL: "gpt-default",
};
const REQUEST: ChatRequest = { messages: [{ role: "user", content: "Hi" }] };
const ANSWER = jsonResponse(
  responseObject({ output: [messageItem("msg_1", "Hello")], usage: USAGE }),
);

function create(env: Partial<OpenaiConfig>, fetch = playResponses(ANSWER).fetch) {
  return createOpenaiProvider({ ...ENV, ...env }, createTestDeps(fetch));
}

function setUp(response: PlayedResponse, env: Partial<OpenaiConfig> = {}) {
  const played = playResponses(response);
  return {
    ...played,
    provider: requireAvailable(create(env, played.fetch)),
  };
}

describe("the provider openai", () => {
  test("sends what the API needs, and nothing else of the caller's", async () => {
    const { provider, calls } = setUp(ANSWER, {
      OPENAI_ORGANIZATION: "org-1",
      OPENAI_PROJECT: "proj_1",
    });
    const answer = await foldEvents(
      await provider.open(createTestCall(REQUEST, { model: { id: "gpt-6.1-terra" } })),
    );
    expect(answer).toMatchObject({
      id: "resp_1",
      content: [{ type: "text", text: "Hello" }],
      finish_reason: "stop",
    });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.url).toBe("http://openai.test/v1/responses");
    expect(calls[0]?.init).toMatchObject({ method: "POST", redirect: "manual" });
    expect(Object.fromEntries(calls[0]?.headers ?? [])).toEqual({
      authorization: "Bearer sk-test",
      "content-type": "application/json",
      accept: "application/json",
      "openai-organization": "org-1",
      "openai-project": "proj_1",
    });
    expect(JSON.parse(calls[0]?.body ?? "")).toEqual({
      model: "gpt-6.1-terra",
      input: [{ role: "user", content: "Hi" }],
      store: false,
      include: ["reasoning.encrypted_content"],
      stream: false,
    });
  });

  test("streams if the caller does", async () => {
    const { provider, calls } = setUp(
      sseResponse(
        responsesSse(
          CREATED,
          ...messageEvents(0, "msg_1", "Hello"),
          completed([messageItem("msg_1", "Hello")]),
        ),
      ),
    );
    const stream = await provider.open(createTestCall(REQUEST, { stream: true }));
    expect(stream.format).toBe("openai_responses");
    expect((await collectEvents(stream)).at(-1)).toMatchObject({
      type: "end",
      finish_reason: "stop",
    });
    expect(JSON.parse(calls[0]?.body ?? "")).toMatchObject({ stream: true });
    expect(calls[0]?.headers.get("accept")).toBe("text/event-stream");
  });

  test.each<[string, "none" | "effort" | undefined, boolean]>([
    ["gpt-6-luna", undefined, true],
    ["gpt-4.1-mini", undefined, false],
    ["gpt-4o", undefined, false],
    ["gpt-5-chat-latest", undefined, false],
    ["o3", undefined, true],
    ["anything", "none", false],
    ["gpt-4-that-reasons", "effort", true],
  ])("requests encrypted reasoning from %s (%s): %s", async (id, reasoning, asks) => {
    const { provider, calls } = setUp(ANSWER);
    await provider.open(
      createTestCall(REQUEST, { model: { id, ...(reasoning ? { reasoning } : {}) } }),
    );
    expect("include" in JSON.parse(calls[0]?.body ?? "")).toBe(asks);
  });

  test("a second turn sends the first answer back unchanged", async () => {
    const reasoning = { id: "rs_1", type: "reasoning", summary: [], encrypted_content: "gAAA+/=" };
    const call = {
      id: "fc_1",
      type: "function_call",
      status: "completed",
      call_id: "call_1",
      name: "go",
      arguments: '{"a": 1}',
    };
    const first = setUp(jsonResponse(responseObject({ output: [reasoning, call] })));
    const answer = await foldEvents(await first.provider.open(createTestCall(REQUEST)));
    const second = setUp(ANSWER);
    const content = JSON.parse(JSON.stringify(answer.content));
    await second.provider.open(
      createTestCall({
        messages: [
          ...REQUEST.messages,
          { role: "assistant", content },
          {
            role: "tool",
            content: [{ type: "tool_result", tool_call_id: "call_1", content: "done" }],
          },
        ],
      }),
    );
    expect(JSON.parse(second.calls[0]?.body ?? "").input).toEqual([
      { role: "user", content: "Hi" },
      reasoning,
      call,
      { type: "function_call_output", call_id: "call_1", output: "done" },
    ]);
  });

  test.each([
    [
      429,
      { code: "insufficient_quota", type: "insufficient_quota" },
      "upstream_quota_exhausted",
      false,
    ],
    [429, { code: "rate_limit_exceeded", type: "requests" }, "upstream_rate_limited", true],
    [
      400,
      { code: "context_length_exceeded", type: "invalid_request_error" },
      "context_length_exceeded",
      false,
    ],
    [404, { code: "model_not_found", type: "invalid_request_error" }, "model_not_found", false],
    [401, { code: "invalid_api_key", type: "invalid_request_error" }, "upstream_auth", false],
    [
      403,
      { code: "unsupported_country_region_territory", type: "request_forbidden" },
      "upstream_auth",
      false,
    ],
    [500, { code: null, type: "server_error" }, "upstream_error", true],
    [503, { code: null, type: "server_error" }, "upstream_overloaded", true],
    [
      503,
      { code: "server_is_overloaded", type: "service_unavailable_error" },
      "upstream_overloaded",
      true,
    ],
  ])("status %d %j is %s", async (status, error, code, retryable) => {
    const { provider } = setUp(
      jsonResponse(
        { error: { message: "It says why, sk-secret123.", param: "input", ...error } },
        status,
        {
          "retry-after": "3",
          "x-request-id": "req_openai",
        },
      ),
    );
    expect(await rejectionOf(provider.open(createTestCall(REQUEST)))).toMatchObject({
      code,
      retryable,
      retryAfterSeconds: 3,
      upstreamStatus: status,
      upstreamRequestId: "req_openai",
      message: expect.not.stringContaining("sk-secret123"),
    });
  });

  test("a refusal has the vendor's text about the request, and the parameter", async () => {
    const error = {
      message: "Unsupported parameter: 'temperature'.",
      type: "invalid_request_error",
      param: "temperature",
      code: "unsupported_parameter",
    };
    const { provider } = setUp(jsonResponse({ error }, 400));
    expect(await rejectionOf(provider.open(createTestCall(REQUEST)))).toMatchObject({
      code: "upstream_rejected",
      upstreamCode: "unsupported_parameter",
      message: "Unsupported parameter: 'temperature'.",
      param: "temperature",
    });
  });

  test("closes the connection when the caller leaves", async () => {
    const { provider, calls } = setUp(sseResponse(responsesSse(CREATED), "stall"));
    const caller = new AbortController();
    const stream = await provider.open(
      createTestCall(REQUEST, { stream: true, signal: caller.signal }),
    );
    await stream.read();
    caller.abort();
    expect(await stream.read()).toEqual([{ type: "cancelled" }]);
    expect(calls[0]?.aborted()).toBe(true);
  });
});

describe("its configuration", () => {
  test("is available with a key", () => {
    expect(create({}).available).toBe(true);
  });

  test("without a key it names the variable to set and cannot be called", () => {
    const { OPENAI_API_KEY: _key, ...rest } = ENV;
    const provider = createOpenaiProvider(rest, createTestDeps(playResponses(ANSWER).fetch));
    expect(provider).toMatchObject({
      available: false,
      code: "provider_unavailable",
      reason: expect.stringContaining("OPENAI_API_KEY"),
    });
    expect(provider).not.toHaveProperty("open");
  });

  test.each(["OPENAI_API_KEY", "OPENAI_ORGANIZATION", "OPENAI_PROJECT"] as const)(
    "%s is named, never shown, if it cannot be sent in a header",
    (name) => {
      for (const value of ["se cret", "se\ncret", "sécret"]) {
        const provider = create({ [name]: value });
        expect(provider).toMatchObject({
          available: false,
          reason: expect.stringContaining(name),
        });
        expect(JSON.stringify(provider)).not.toContain("cret");
      }
    },
  );
});
