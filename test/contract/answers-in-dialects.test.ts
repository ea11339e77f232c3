import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../src/json/json-object.ts";
import { jsonResponse, type PlayedResponse, sseResponse } from "../support/play-response.ts";
import { APIS, createPlayedApp } from "../support/played-app.ts";
import { completionChunk as chunk, DONE, sseText } from "../support/sse-text.ts";

const COMPATIBLE = {
  COMPATIBLE_PROVIDERS: JSON.stringify([{ name: "generic", base_url: "http://generic.test/v1" }]),
};
const CLAUDE = { ANTHROPIC_API_KEY: "sk-ant-api03-x" };

/** One API, asked for a whole answer or a stream. */
const WAYS = APIS.flatMap(([path, body]) =>
  [false, true].map(
    (stream) => [`${path}, ${stream ? "streamed" : "whole"}`, path, { ...body, stream }] as const,
  ),
);

function completion(message: JsonObject, finish_reason: string): JsonObject {
  return {
    id: "c1",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}

/** The same answer whole and in a stream. */
function answers(message: JsonObject, finish: string): (stream: boolean) => PlayedResponse {
  return (stream) =>
    stream
      ? sseResponse(sseText([chunk(message), chunk({}, finish), DONE]))
      : jsonResponse(completion(message, finish));
}

describe("a call whose arguments are no JSON", () => {
  const broken = '{"city":"Par';
  const call = {
    index: 0,
    id: "call_1",
    type: "function",
    function: { name: "get", arguments: broken },
  };
  const answer = answers({ content: null, tool_calls: [call] }, "tool_calls");

  test("in /chat has no arguments that a caller would run the tool with", async () => {
    const ask = createPlayedApp(COMPATIBLE, answer(false));
    const { body } = await ask("/chat", { ...WAYS[0]?.[2], model: "generic/m" });
    expect(body.tool_calls).toEqual([
      { id: "call_1", name: "get", arguments: null, arguments_text: broken },
    ]);
  });

  test("in /v1/messages goes back as it was written, and reaches a server as JSON", async () => {
    const ask = createPlayedApp(COMPATIBLE, answer(false));
    const asked = { model: "generic/m", max_tokens: 100 };
    const hi = { role: "user", content: "Hi" };
    const { body } = await ask("/v1/messages", { ...asked, messages: [hi] });
    expect(body.content).toMatchObject([{ input: { invalid_json_arguments: broken } }]);
    const result = { type: "tool_result", tool_use_id: "call_1", content: "no such city" };
    const messages = [
      hi,
      { role: "assistant", content: body.content },
      { role: "user", content: [result] },
    ];
    const { sent } = await ask("/v1/messages", { ...asked, messages });
    expect(JSON.stringify(sent[0])).toContain("invalid_json_arguments");
  });
});

describe("a refusal that is explained beside the text", () => {
  const words = "Declined by a safeguard.";
  const stop_details = { type: "refusal", category: "cyber", explanation: words };
  const usage = { input_tokens: 1, output_tokens: 0 };
  const start = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-fable-5-2",
    content: [],
  };
  const claude = (stream: boolean): PlayedResponse =>
    stream
      ? sseResponse(
          sseText([
            { type: "message_start", message: { ...start, stop_reason: null, usage } },
            { type: "message_delta", delta: { stop_reason: "refusal", stop_details }, usage },
            { type: "message_stop" },
          ]),
        )
      : jsonResponse({ ...start, stop_reason: "refusal", stop_details, usage });
  const gemini = (stream: boolean): PlayedResponse => {
    const answer = {
      promptFeedback: { blockReason: "SAFETY", blockReasonMessage: words },
      usageMetadata: { promptTokenCount: 1 },
    };
    return stream ? sseResponse(sseText([answer])) : jsonResponse(answer);
  };

  const FIELDS: Readonly<Record<string, RegExp>> = {
    "/chat": /"refusal":"Declined/,
    "/v1/chat/completions": /"refusal":"Declined/,
    "/v1/responses": /"type":"refusal","refusal":"Declined/,
    "/v1/messages": /"explanation":"Declined/,
  };
  const REASONS = /"(?:finish_reason|stop_reason|reason)":"(?:content_filter|refusal)"/;

  test.each(WAYS)("%s: of Claude and of Gemini", async (_, path, body) => {
    for (const [env, model, answer] of [
      [CLAUDE, "claude/claude-fable-5-2", claude],
      [{ GEMINI_API_KEY: "k" }, "gemini/gemini-3.5-flash", gemini],
    ] as const) {
      const { text } = await createPlayedApp(env, answer(body.stream))(path, { ...body, model });
      expect(text).toMatch(FIELDS[path] ?? /never/);
      expect(text).toMatch(REASONS);
    }
  });
});

describe("an end that is not what the vendor calls it", () => {
  test.each(WAYS)("%s: tool_calls without a call is a natural end", async (_, path, body) => {
    const ask = createPlayedApp(
      COMPATIBLE,
      answers({ content: "I will." }, "tool_calls")(body.stream),
    );
    const { text } = await ask(path, { ...body, model: "generic/m" });
    expect(text).toMatch(/"(?:finish_reason|stop_reason|status)":"(?:stop|end_turn|completed)"/);
    expect(text).not.toMatch(/"(?:finish_reason|stop_reason)":"tool_(?:calls|use)"/);
  });

  const OTHERS = WAYS.filter(([, path]) => /completions|messages/.test(path));
  test.each(OTHERS)("%s: a call that this API cannot tell of is none", async (_, path, body) => {
    const item = { type: "custom_tool_call", id: "ctc", call_id: "c", name: "x", input: "raw" };
    const head = { id: "resp_1", object: "response", created_at: 1, model: "gpt-5.4" };
    const response = { ...head, status: "completed", output: [item] };
    const answer = body.stream
      ? sseResponse(
          sseText([
            { type: "response.created", response: { ...head, output: [] } },
            { type: "response.output_item.done", output_index: 0, item },
            { type: "response.completed", response },
          ]),
        )
      : jsonResponse(response);
    const ask = createPlayedApp({ OPENAI_API_KEY: "sk-test" }, answer);
    const { text } = await ask(path, { ...body, model: "openai/gpt-5.4" });
    expect(text).toMatch(/"(?:finish_reason|stop_reason)":"(?:stop|end_turn)"/);
  });

  test.each(WAYS)("%s: a word that nobody knows is no natural end", async (_, path, body) => {
    const ask = createPlayedApp(COMPATIBLE, answers({ content: "Once" }, "tomorrow")(body.stream));
    const { text } = await ask(path, { ...body, model: "generic/m" });
    expect(text).toMatch(
      /"(?:finish_reason|stop_reason|reason)":"(?:length|max_tokens|max_output_tokens)"/,
    );
    expect(text).toContain("upstream_warning");
  });

  test.each(WAYS)("%s: one that a filter stopped is no whole answer", async (_, path, body) => {
    const ask = createPlayedApp(COMPATIBLE, answers({ content: "Once" }, "sensitive")(body.stream));
    const { text } = await ask(path, { ...body, model: "generic/m" });
    expect(text).toMatch(/"(?:finish_reason|stop_reason|reason)":"(?:content_filter|refusal)"/);
  });
});

describe("a request that a vendor refuses with 422", () => {
  // OpenAI and Anthropic answer 400 to a request that they refuse, and clients look for that.
  test.each(WAYS)("%s: is a 400", async (_, path, body) => {
    const refusal = jsonResponse(
      { detail: [{ loc: ["body"], msg: "Extra inputs are not permitted" }] },
      422,
    );
    const ask = createPlayedApp(COMPATIBLE, refusal);
    const answer = await ask(path, { ...body, model: "generic/m" });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("Extra inputs are not permitted");
  });
});
