import { describe, expect, test } from "bun:test";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, jsonSchema, type ModelMessage, streamText, tool } from "ai";
import OpenAI from "openai";
import type { ChatEvent } from "../../src/chat/event.ts";
import type { ChatRequest } from "../../src/chat/request.ts";
import { openaiResponsesDialect } from "../../src/dialects/openai-responses/index.ts";
import { ChatError, toChatError } from "../../src/errors/chat-error.ts";
import { createAnswerContext } from "../support/answer-context.ts";
import { foldAll } from "../support/fold-all.ts";
import { rejectionOf } from "../support/rejection.ts";

const SIGNATURE = { format: "anthropic", value: "EqQB+/=" } as const;
const CALL_SIGNATURE = { format: "google", value: "CtQB" } as const;

const CALLS: readonly ChatEvent[] = [
  { type: "start", id: "msg_01", model: "model-1" },
  { type: "part-start", index: 0, kind: "reasoning" },
  { type: "part-delta", index: 0, delta: "I need the weather." },
  { type: "part-end", index: 0, signature: SIGNATURE },
  { type: "part-start", index: 1, kind: "text" },
  { type: "part-delta", index: 1, delta: "I look" },
  { type: "part-delta", index: 1, delta: " it up." },
  { type: "part-end", index: 1 },
  { type: "part-start", index: 2, kind: "tool_call", id: "call_1", name: "weather" },
  { type: "part-delta", index: 2, delta: '{"city":' },
  { type: "part-delta", index: 2, delta: '"Bern"}' },
  { type: "part-end", index: 2, signature: CALL_SIGNATURE },
  { type: "part-start", index: 3, kind: "tool_call", id: "call_2", name: "now" },
  { type: "part-end", index: 3 },
  {
    type: "end",
    finish_reason: "tool_calls",
    raw_finish_reason: "tool_use",
    usage: { input_tokens: 10, output_tokens: 5, reasoning_tokens: 2, total_tokens: 15 },
  },
];

const TEXT: readonly ChatEvent[] = [
  { type: "start", id: "msg_02", model: "model-1" },
  { type: "part-start", index: 0, kind: "text" },
  { type: "part-delta", index: 0, delta: "Rain" },
  { type: "part-delta", index: 0, delta: " in Bern." },
  { type: "part-end", index: 0 },
  {
    type: "end",
    finish_reason: "stop",
    raw_finish_reason: "end_turn",
    usage: { input_tokens: 30, output_tokens: 4, total_tokens: 34 },
  },
];

const FAILED: readonly ChatEvent[] = [
  ...TEXT.slice(0, 3),
  { type: "error", error: new ChatError("upstream_incomplete") },
];

/**
 * A server with only this dialect: it takes requests, and answers them with these events in turn.
 */
function serve(...answers: readonly (readonly ChatEvent[] | ChatError)[]) {
  const requests: ChatRequest[] = [];
  async function handle(_url: unknown, init?: RequestInit): Promise<Response> {
    try {
      const body: unknown = JSON.parse(await new Response(init?.body ?? null).text());
      const request = openaiResponsesDialect.decodeRequest(body, new Headers());
      const answer = answers[requests.push(request) - 1] ?? TEXT;
      if (answer instanceof ChatError) throw answer;
      const context = createAnswerContext("anthropic", { request });
      if (request.stream) {
        const text = openaiResponsesDialect.createStreamEncoder(context).encode(answer);
        return new Response(text, { headers: { "content-type": "text/event-stream" } });
      }
      return Response.json(
        openaiResponsesDialect.encodeResponse(foldAll("anthropic", answer), context),
      );
    } catch (thrown) {
      const { status, headers, body } = openaiResponsesDialect.encodeError(
        toChatError(thrown),
        "req_1",
      );
      return Response.json(body, { status, headers });
    }
  }
  const openai = new OpenAI({
    apiKey: "token",
    baseURL: "http://server.test/v1",
    maxRetries: 0,
    fetch: handle,
  });
  const ai = createOpenAI({
    apiKey: "token",
    baseURL: "http://server.test/v1",
    fetch: Object.assign(handle, { preconnect() {} }),
  });
  return { requests, openai, model: ai.responses("model-1") };
}

/**
 * What the second turn needs for each vendor: the reasoning, its signature, and the call's
 * signature.
 */
function expectSecondTurn(request: ChatRequest | undefined): void {
  const assistant = request?.messages.find(({ role }) => role === "assistant");
  const parts = Array.isArray(assistant?.content) ? assistant.content : [];
  expect(parts.map(({ type }) => type)).toEqual(["reasoning", "text", "tool_call", "tool_call"]);
  expect(parts[0]).toMatchObject({ text: "I need the weather.", signature: SIGNATURE });
  expect(parts[1]).toMatchObject({ text: "I look it up." });
  expect(parts[2]).toMatchObject({
    id: "call_1",
    name: "weather",
    arguments: { city: "Bern" },
    signature: CALL_SIGNATURE,
  });
  expect(parts[3]).toMatchObject({ id: "call_2", name: "now", arguments: {} });
  const results = request?.messages.find(({ role }) => role === "tool")?.content;
  expect(results).toMatchObject([
    { type: "tool_result", tool_call_id: "call_1" },
    { type: "tool_result", tool_call_id: "call_2" },
  ]);
}

describe("OpenAI's own client", () => {
  const tools: OpenAI.Responses.FunctionTool[] = [
    { type: "function", name: "weather", parameters: { type: "object" }, strict: false },
    { type: "function", name: "now", parameters: { type: "object" }, strict: false },
  ];
  const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: "Rain in Bern?" }];

  test("a tool loop of two turns, whole", async () => {
    const { openai, requests } = serve(CALLS, TEXT);
    const first = await openai.responses.create({ model: "m", input, tools });
    expect(first.output_text).toBe("I look it up.");
    expect(first.usage).toMatchObject({
      input_tokens: 10,
      output_tokens_details: { reasoning_tokens: 2 },
    });
    const results = first.output.flatMap((item): OpenAI.Responses.ResponseInputItem[] =>
      item.type === "function_call"
        ? [{ type: "function_call_output", call_id: item.call_id, output: "rain" }]
        : [],
    );
    const items = first.output as OpenAI.Responses.ResponseInput;
    const second = await openai.responses.create({
      model: "m",
      input: [...input, ...items, ...results],
      tools,
    });
    expect(second.output_text).toBe("Rain in Bern.");
    expect(second.status).toBe("completed");
    expectSecondTurn(requests[1]);
  });

  test("streamed, its accumulator builds the whole answer", async () => {
    const whole = await serve(CALLS).openai.responses.create({ model: "m", input, tools });
    const stream = serve(CALLS).openai.responses.stream({ model: "m", input, tools });
    const deltas: string[] = [];
    stream.on("response.output_text.delta", ({ delta }) => deltas.push(delta));
    const final = await stream.finalResponse();
    expect(deltas).toEqual(["I look", " it up."]);
    expect(final.output_text).toBe(whole.output_text);
    expect(JSON.parse(JSON.stringify(final.output))).toMatchObject(
      JSON.parse(JSON.stringify(whole.output)),
    );
  });

  test("structured output is parsed", async () => {
    const json: ChatEvent[] = TEXT.map((event) =>
      event.type === "part-delta"
        ? { ...event, delta: event.delta === "Rain" ? '{"rain":' : "true}" }
        : event,
    );
    const response = await serve(json).openai.responses.parse({
      model: "m",
      input,
      text: {
        format: { type: "json_schema", name: "weather", schema: { type: "object" }, strict: false },
      },
    });
    expect(response.output_parsed).toEqual({ rain: true });
  });

  test("a stream that fails halfway throws", async () => {
    const { openai } = serve(FAILED);
    const seen: string[] = [];
    const stream = await openai.responses.create({ model: "m", input, stream: true });
    const error = await rejectionOf(
      (async () => {
        for await (const event of stream) seen.push(event.type);
      })(),
    );
    expect(seen).toContain("response.output_text.delta");
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ code: "upstream_incomplete", type: "server_error" });
    expect(
      await rejectionOf(
        serve(FAILED).openai.responses.stream({ model: "m", input }).finalResponse(),
      ),
    ).toMatchObject({
      code: "upstream_incomplete",
    });
  });

  test.each([
    ["unauthenticated", OpenAI.AuthenticationError, 401],
    ["invalid_request", OpenAI.BadRequestError, 400],
    ["model_not_found", OpenAI.NotFoundError, 404],
    ["forbidden", OpenAI.PermissionDeniedError, 403],
    ["rate_limited", OpenAI.RateLimitError, 429],
    ["upstream_overloaded", OpenAI.InternalServerError, 503],
  ] as const)("%s is its own error, with the request's id", async (code, kind, status) => {
    const { openai } = serve(new ChatError(code, { retryAfterSeconds: 7 }));
    const error = await rejectionOf(openai.responses.create({ model: "m", input }));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ status, requestID: "req_1" });
    if (error instanceof OpenAI.APIError) expect(error.headers?.get("retry-after")).toBe("7");
  });

  test("retries what may succeed, and nothing else", async () => {
    const overloaded = serve(new ChatError("upstream_overloaded", { retryAfterSeconds: 0 }), TEXT);
    expect(
      (await overloaded.openai.responses.create({ model: "m", input }, { maxRetries: 1 }))
        .output_text,
    ).toBe("Rain in Bern.");
    const exhausted = serve(new ChatError("upstream_quota_exhausted"), TEXT);
    await rejectionOf(exhausted.openai.responses.create({ model: "m", input }, { maxRetries: 1 }));
    expect(exhausted.requests).toHaveLength(1);
  });
});

describe("the Vercel AI SDK", () => {
  const tools = {
    weather: tool({ inputSchema: jsonSchema({ type: "object" }), execute: async () => "rain" }),
    now: tool({ inputSchema: jsonSchema({ type: "object" }), execute: async () => "noon" }),
  };
  // Stored items would be sent back as references, which only OpenAI can follow.
  const providerOptions = { openai: { store: false } };
  const messages: ModelMessage[] = [{ role: "user", content: "Rain in Bern?" }];

  test("a tool loop of two turns, whole", async () => {
    const { model, requests } = serve(CALLS, TEXT);
    const first = await generateText({ model, tools, messages, providerOptions });
    expect(first).toMatchObject({
      text: "I look it up.",
      finishReason: "tool-calls",
      reasoningText: "I need the weather.",
    });
    const second = await generateText({
      model,
      tools,
      messages: [...messages, ...first.response.messages],
      providerOptions,
    });
    expect(second).toMatchObject({ text: "Rain in Bern.", finishReason: "stop" });
    expectSecondTurn(requests[1]);
  });

  test("a tool loop of two turns, streamed", async () => {
    const { model, requests } = serve(CALLS, TEXT);
    const first = streamText({ model, tools, messages, providerOptions });
    expect(await first.text).toBe("I look it up.");
    expect(await first.finishReason).toBe("tool-calls");
    expect(await first.usage).toMatchObject({ inputTokens: 10, outputTokens: 5 });
    const second = streamText({
      model,
      tools,
      messages: [...messages, ...(await first.response).messages],
      providerOptions,
    });
    expect(await second.text).toBe("Rain in Bern.");
    expectSecondTurn(requests[1]);
  });

  test("a reference to a stored item is refused with the item's path", async () => {
    const { model, requests } = serve(CALLS, TEXT);
    const first = await generateText({ model, tools, messages });
    await generateText({ model, tools, messages: [...messages, ...first.response.messages] });
    expect(requests[1]?.requires_format).toMatchObject({
      format: "openai_responses",
      param: expect.stringMatching(/^input\[\d\]$/),
    });
  });

  test("a stream that fails halfway is an error", async () => {
    const errors: unknown[] = [];
    const result = streamText({
      model: serve(FAILED).model,
      messages,
      onError: ({ error }) => void errors.push(error),
    });
    await result.consumeStream();
    expect(await result.finishReason).toBe("error");
    expect(errors).toHaveLength(1);
  });

  test("errors have their status, and say whether to retry", async () => {
    for (const [code, status, isRetryable] of [
      ["rate_limited", 429, true],
      ["unauthenticated", 401, false],
      ["invalid_request", 400, false],
    ] as const) {
      const error = await rejectionOf(
        generateText({ model: serve(new ChatError(code)).model, messages, maxRetries: 0 }),
      );
      expect(error).toMatchObject({ statusCode: status, isRetryable });
    }
  });
});
