import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../src/chat/event.ts";
import type { Format } from "../../../src/chat/format.ts";
import type { ChatResponse } from "../../../src/chat/response.ts";
import { nameModel } from "../../../src/dialects/answer-model.ts";
import { anthropicMessagesDialect } from "../../../src/dialects/anthropic-messages/index.ts";
import { openaiChatDialect } from "../../../src/dialects/openai-chat/index.ts";
import { openaiResponsesDialect } from "../../../src/dialects/openai-responses/index.ts";
import { createAnswerContext } from "../../support/answer-context.ts";

function context(requested: string, model: string, isFallback = false, format: Format = "cursor") {
  return createAnswerContext(format, {
    request: { model: requested, messages: [] },
    target: { provider: "p", model },
    isFallback,
  });
}

describe("the caller is told the model by the name that it used", () => {
  test.each([
    ["p/gpt-6", "gpt-6", "gpt-6"],
    ["p/gpt-6", "gpt-6", "gpt-6-2026-09-01"],
    ["p/claude-5", "claude-5", "claude-5-20260901"],
    ["p/claude-5", "claude-5", "claude-5@20260901"],
    ["sonnet", "claude-5-5", "claude-5-5"],
    ["p/mistral-latest", "mistral-latest", "mistral-2508"],
    ["p/deepseek/v4", "deepseek/v4", "deepseek/v4:free"],
    ["p/org/Model", "org/Model", "model"],
  ])("%s", (requested, model, answered) => {
    expect(nameModel(answered, context(requested, model))).toBe(requested);
  });

  test.each([
    ["gpt-6", "gpt-6", "gpt-6-2026-09-01", "a plain name is the vendor's"],
    ["p/auto", "auto", "deepseek/v4", "the vendor chose the model"],
    ["p/claude-5", "claude-5", "claude-5-5", "a later version is another model"],
    ["p/qwen3:8b", "qwen3:8b", "qwen3:27b", "so is another size"],
  ])("but for %s (%s answered by %s: %s)", (requested, model, answered) => {
    expect(nameModel(answered, context(requested, model))).toBe(answered);
  });

  test("a fallback is named", () => {
    expect(nameModel("gpt-6", context("claude/x", "gpt-6", true))).toBe("p/gpt-6");
  });
});

const DIALECTS = [
  [openaiChatDialect, "openai_chat", '{"id":"c", "model": "m-1","choices":[{"delta":{}}]}'],
  [
    openaiResponsesDialect,
    "openai_responses",
    '{"type":"response.created","response":{"id":"r","created_at":1,"model":"m-1","output":[]}}',
  ],
  [
    anthropicMessagesDialect,
    "anthropic",
    '{"type":"message_start","message":{"id":"m","model":"m-1","content":[]}}',
  ],
] as const;

describe.each(DIALECTS)("%p", ({ createStreamEncoder, encodeResponse }, format, data) => {
  const start = (raw: boolean): ChatEvent => ({
    type: "start",
    id: "a",
    model: "m-1",
    ...(raw ? { raw: { event: "x", data } } : {}),
  });
  const response = (value?: object): ChatResponse => ({
    id: "a",
    model: "m-1",
    content: [],
    finish_reason: "stop",
    raw_finish_reason: null,
    usage: null,
    ...(value ? { body: { format, value: { ...value } } } : {}),
  });

  test("says the caller's name, in its own words and in the vendor's", () => {
    const own = createStreamEncoder(context("p/m-1", "m-1"));
    expect(own.encode([start(false)])).toContain('"model":"p/m-1"');
    expect(encodeResponse(response(), context("p/m-1", "m-1"))).toMatchObject({ model: "p/m-1" });

    const passed = context("p/m-1", "m-1", false, format);
    const text = createStreamEncoder(passed).encode([
      start(true),
      // A text that looks like the field.
      { type: "opaque", raw: { event: "x", data: '{"text":"\\"model\\":\\"m-1\\""}' } },
    ]);
    expect(text).toContain('"model":"p/m-1"');
    expect(text).toContain('{"text":"\\"model\\":\\"m-1\\""}');
    const body = { id: "a", model: "m-1", choices: [] };
    expect(encodeResponse(response(body), passed)).toEqual({ ...body, model: "p/m-1" });
  });

  test("leaves a vendor's own name as it is", () => {
    const passed = context("m-1", "m-1", false, format);
    const body = { id: "a", model: "m-1", choices: [] };
    expect(encodeResponse(response(body), passed)).toEqual(body);
    expect(createStreamEncoder(passed).encode([start(true)])).toContain(data);
  });
});
