import { describe, expect, test } from "bun:test";
import { foldEvents } from "../../../../src/chat/fold-events.ts";
import { PARAMETERS } from "../../../../src/chat/model.ts";
import type { ChatRequest } from "../../../../src/chat/request.ts";
import type { ChatError } from "../../../../src/errors/chat-error.ts";
import type { CopilotConfig } from "../../../../src/providers/copilot/env.ts";
import { createCopilotProvider } from "../../../../src/providers/copilot/index.ts";
import { fitRequest } from "../../../../src/routing/fit-request.ts";
import { expectEventOrder } from "../../../support/expect-event-order.ts";
import {
  collectEvents,
  createTestCall,
  createTestDeps,
  jsonResponse,
  type PlayedResponse,
  playResponses,
  sseResponse,
} from "../../../support/play-response.ts";
import { chatErrorOf } from "../../../support/rejection.ts";
import { requireAvailable } from "../../../support/require-available.ts";

const REQUEST: ChatRequest = { messages: [{ role: "user", content: "Hello" }] };

function chunk(choice: Record<string, unknown>): string {
  return `data: ${JSON.stringify({ id: "chatcmpl-1", created: 1, model: "gpt-5.4", object: "chat.completion.chunk", choices: [{ index: 0, ...choice }] })}\n\n`;
}

/** The bridge's stream for an answer with a thought, a text and a call. */
const STREAM = [
  chunk({ delta: { role: "assistant", reasoning_content: "Hmm." }, finish_reason: null }),
  chunk({ delta: { content: "Let me look." }, finish_reason: null }),
  chunk({
    delta: {
      tool_calls: [
        {
          index: 0,
          id: "call_1",
          type: "function",
          function: { name: "weather", arguments: '{"city":"Paris"}' },
        },
      ],
    },
    finish_reason: null,
  }),
  ": waiting\n\n",
  chunk({ delta: {}, finish_reason: "tool_calls" }),
  `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", choices: [], usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12, prompt_tokens_details: { cached_tokens: 4 } } })}\n\n`,
  "data: [DONE]\n\n",
];

function create(env: Partial<CopilotConfig>, deps = createTestDeps(playResponses().fetch)) {
  return createCopilotProvider({ COPILOT_DEFAULT_MODEL: "auto", ...env }, deps);
}

function createProvider(env: Partial<CopilotConfig>, ...responses: PlayedResponse[]) {
  const played = playResponses(...responses);
  const deps = createTestDeps(played.fetch);
  return { provider: requireAvailable(create(env, deps)), calls: played.calls };
}

const BRIDGE = { COPILOT_BRIDGE_URL: "http://127.0.0.1:4141" };

describe("the copilot provider", () => {
  test("is unavailable without a bridge, and says what to do", () => {
    const provider = create({});
    expect(provider).toMatchObject({
      available: false,
      code: "provider_unsupported",
      reason: expect.stringMatching(/GH_TOKEN.*COPILOT_BRIDGE_URL/),
    });
    expect(provider).not.toHaveProperty("open");
  });

  test("is unavailable with a secret that cannot be sent", () => {
    const provider = create({ ...BRIDGE, COPILOT_BRIDGE_TOKEN: "a secret" });
    expect(provider).toMatchObject({
      available: false,
      reason: expect.stringContaining("COPILOT_BRIDGE_TOKEN"),
    });
    expect(JSON.stringify(provider)).not.toContain("a secret");
  });

  test("calls the bridge with the shared secret, and poses as no other program", async () => {
    const env = { ...BRIDGE, COPILOT_BRIDGE_TOKEN: "0123456789abcdef" };
    const { provider, calls } = createProvider(env, sseResponse(STREAM.join("")));
    await collectEvents(
      await provider.open(createTestCall(REQUEST, { stream: true, model: { id: "gpt-5.4" } })),
    );
    const [call] = calls;
    expect(call?.url).toBe("http://127.0.0.1:4141/v1/chat/completions");
    expect(Object.fromEntries(call?.headers ?? [])).toEqual({
      "content-type": "application/json",
      accept: "text/event-stream",
      authorization: "Bearer 0123456789abcdef",
    });
    expect(JSON.parse(call?.body ?? "")).toEqual({
      model: "gpt-5.4",
      messages: [{ role: "user", content: "Hello" }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test("takes the bridge's address with or without its API path", async () => {
    for (const url of ["http://bridge:4141", "http://bridge:4141/v1"]) {
      const { provider, calls } = createProvider(
        { COPILOT_BRIDGE_URL: url },
        sseResponse(STREAM.join("")),
      );
      await collectEvents(await provider.open(createTestCall(REQUEST, { stream: true })));
      expect(calls[0]?.url).toBe("http://bridge:4141/v1/chat/completions");
      expect(calls[0]?.headers.has("authorization")).toBe(false);
    }
  });

  test("reads the bridge's stream", async () => {
    const { provider } = createProvider(BRIDGE, sseResponse(STREAM.join("")));
    const stream = await provider.open(createTestCall(REQUEST, { stream: true }));
    const events = await collectEvents(stream);
    expectEventOrder(events);
    const again = createProvider(BRIDGE, sseResponse(STREAM.join(""))).provider;
    expect(
      await foldEvents(await again.open(createTestCall(REQUEST, { stream: true }))),
    ).toMatchObject({
      model: "gpt-5.4",
      content: [
        { type: "reasoning", text: "Hmm." },
        { type: "text", text: "Let me look." },
        { type: "tool_call", id: "call_1", name: "weather", arguments: { city: "Paris" } },
      ],
      finish_reason: "tool_calls",
      usage: { input_tokens: 9, output_tokens: 3, cached_input_tokens: 4, total_tokens: 12 },
    });
  });

  test("never ends before the bridge does", async () => {
    for (let count = 0; count < 4; count += 1) {
      const { provider } = createProvider(BRIDGE, sseResponse(STREAM.slice(0, count).join("")));
      const events = await collectEvents(
        await provider.open(createTestCall(REQUEST, { stream: true })),
      );
      expectEventOrder(events);
      expect(events.at(-1)).toMatchObject({
        type: "error",
        error: { code: "upstream_incomplete" },
      });
    }
  });

  test("leaves out everything that the bridge refuses, with a warning for each", () => {
    const { provider } = createProvider(BRIDGE);
    const warned: string[] = [];
    const request: ChatRequest = {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Hi" },
            { type: "image", url: "https://example.com/a.png" },
          ],
        },
      ],
      tools: [{ name: "weather" }],
      tool_choice: "required",
      parallel_tool_calls: false,
      temperature: 0.5,
      top_p: 0.5,
      max_tokens: 10,
      stop: ["x"],
      seed: 1,
      response_format: { type: "json" },
      metadata: { a: "b" },
    };
    const fitted = fitRequest(request, { provider, model: { id: "m" } }, ({ param }) =>
      warned.push(param),
    );
    expect(structuredClone(fitted)).toEqual({
      messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
      tools: [{ name: "weather" }],
    });
    expect(warned.sort()).toEqual(
      [
        "max_tokens",
        "messages[0].content[1]",
        "metadata",
        "parallel_tool_calls",
        "response_format",
        "seed",
        "stop",
        "temperature",
        "tool_choice",
        "top_p",
      ].sort(),
    );
    expect(Object.keys(provider.capabilities).sort()).toEqual([...PARAMETERS].sort());
  });

  test("sends the nearest effort that Copilot supports", async () => {
    const { provider, calls } = createProvider(BRIDGE, sseResponse(STREAM.join("")));
    const call = createTestCall({ ...REQUEST, reasoning: { effort: "minimal" } }, { stream: true });
    await collectEvents(await provider.open(call));
    expect(JSON.parse(calls[0]?.body ?? "")).toMatchObject({ reasoning_effort: "low" });
    expect(call.warnings).toMatchObject([{ param: "reasoning.effort" }]);
  });

  test("maps the bridge's errors, before the answer and in it", async () => {
    const cases: [status: number, error: Record<string, unknown>, wanted: Partial<ChatError>][] = [
      [
        401,
        { type: "authentication_error", code: "invalid_api_key" },
        { code: "upstream_auth", status: 502 },
      ],
      [403, { type: "permission_error", code: "permission_denied" }, { code: "upstream_auth" }],
      [
        404,
        { type: "invalid_request_error", code: "model_not_found" },
        { code: "model_not_found", status: 404 },
      ],
      [
        400,
        { type: "invalid_request_error", code: "unsupported_parameter", param: "stop" },
        { code: "upstream_rejected" },
      ],
      [
        400,
        { type: "invalid_request_error", code: "context_length_exceeded" },
        { code: "context_length_exceeded", status: 400 },
      ],
      [
        429,
        { type: "rate_limit_error", code: "rate_limit_exceeded" },
        { code: "upstream_rate_limited", retryable: true },
      ],
      [
        429,
        { type: "insufficient_quota", code: "insufficient_quota" },
        { code: "upstream_quota_exhausted", retryable: false },
      ],
      [
        502,
        { type: "server_error", code: "runtime_unavailable" },
        { code: "upstream_error", status: 502 },
      ],
      [504, { type: "server_error", code: "timeout" }, { code: "upstream_timeout" }],
    ];
    for (const [status, error, wanted] of cases) {
      const body = { error: { message: "says the bridge", param: null, status, ...error } };
      const refusing = createProvider(BRIDGE, jsonResponse(body, status)).provider;
      expect(await chatErrorOf(refusing.open(createTestCall(REQUEST)))).toMatchObject(wanted);
      const failing = createProvider(
        BRIDGE,
        sseResponse(`${STREAM[0]}data: ${JSON.stringify(body)}\n\n`),
      ).provider;
      const events = await collectEvents(
        await failing.open(createTestCall(REQUEST, { stream: true })),
      );
      expectEventOrder(events);
      expect(events.at(-1)).toMatchObject({ type: "error", error: wanted });
    }
  });
});
