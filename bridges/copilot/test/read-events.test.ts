import { describe, expect, test } from "bun:test";
import { BridgeError } from "../src/bridge-error.ts";
import { type AnswerEvent, createEventReader, type Piece } from "../src/read-events.ts";
import { CALLS, failure, HELLO } from "./scenes.ts";
import type { Step } from "./stand-in-runtime.ts";

function toEvent(step: Step): AnswerEvent {
  if (typeof step === "number") throw new Error("a wait is no event");
  return step;
}

function read(steps: readonly Step[]): Piece[] {
  const reader = createEventReader();
  return steps.flatMap((step) => reader.read(toEvent(step)));
}

function failed(steps: readonly Step[]) {
  try {
    read(steps);
  } catch (error) {
    if (error instanceof BridgeError) return error.detail;
    throw error;
  }
  throw new Error("it did not fail");
}

const USAGE = { inputTokens: 100, outputTokens: 20, cachedTokens: 40, reasoningTokens: 5 };

describe("createEventReader", () => {
  test("reads reasoning and text once, although they are repeated whole", () => {
    expect(read(HELLO)).toEqual([
      { type: "reasoning", delta: "Hmm." },
      { type: "text", delta: "Hello" },
      { type: "text", delta: " there" },
      { type: "end", finishReason: "stop", toolCalls: [], usage: USAGE },
    ]);
  });

  test("reads an answer that comes only whole", () => {
    const whole = HELLO.filter((step) => typeof step === "object" && !step.type.endsWith("_delta"));
    expect(read(whole)).toEqual([
      { type: "reasoning", delta: "Hmm." },
      { type: "text", delta: "Hello there" },
      { type: "end", finishReason: "stop", toolCalls: [], usage: USAGE },
    ]);
  });

  test("ends at the model's tool calls", () => {
    expect(read(CALLS.slice(0, 5)).at(-1)).toEqual({
      type: "end",
      finishReason: "tool_calls",
      toolCalls: [
        { id: "call_1", name: "weather", arguments: '{"city":"Paris"}' },
        { id: "call_2", name: "weather", arguments: '{"city":"Rome"}' },
      ],
      usage: { inputTokens: 100, outputTokens: 20 },
    });
  });

  test("waits for the usage of a tool call, and can do without it", () => {
    const [start, delta, usage, ...calls] = CALLS;
    if (!start || !delta || !usage) throw new Error("the scene is too short");
    const reader = createEventReader();
    expect([start, delta, ...calls].flatMap((step) => reader.read(toEvent(step)))).toHaveLength(1);
    expect(reader.awaitsUsage).toBe(true);
    expect(reader.read(toEvent(usage))).toMatchObject([
      { type: "end", usage: { inputTokens: 100 } },
    ]);
    expect(reader.awaitsUsage).toBe(false);
    expect(reader.endWithoutUsage()).toMatchObject([{ type: "end", finishReason: "tool_calls" }]);
  });

  test("reports an answer that was cut off or filtered", () => {
    for (const [data, wanted] of [
      [{ finishReason: "length" }, "length"],
      [{ finishReason: "stop", contentFilterTriggered: true }, "content_filter"],
      [{}, "stop"],
    ] as const) {
      const steps: Step[] = [
        { type: "assistant.usage", data: { model: "m", ...data } },
        { type: "assistant.message", data: { messageId: "m1", content: "Hi" } },
        { type: "session.idle", data: {} },
      ];
      expect(read(steps).at(-1)).toEqual({
        type: "end",
        finishReason: wanted,
        toolCalls: [],
        usage: null,
      });
    }
  });

  test("adds up the usage of an answer that took several model calls", () => {
    const usage: Step = {
      type: "assistant.usage",
      data: { model: "m", inputTokens: 10, outputTokens: 2, cacheReadTokens: 4 },
    };
    const end: Step[] = [
      { type: "assistant.message", data: { messageId: "m1", content: "Hi" } },
      { type: "session.idle", data: {} },
    ];
    expect(read([usage, usage, ...end]).at(-1)).toMatchObject({
      usage: { inputTokens: 20, outputTokens: 4, cachedTokens: 8 },
    });
  });

  test("does not mistake silence for an answer", () => {
    expect(failed([{ type: "session.idle", data: {} }])).toMatchObject({
      status: 502,
      code: "no_answer",
    });
    const aborted: Step = { type: "session.idle", data: { aborted: true } };
    expect(failed([...HELLO.slice(0, -1), aborted])).toMatchObject({ code: "no_answer" });
  });

  test("ignores sub-agents", () => {
    expect(
      read([
        {
          type: "assistant.message_delta",
          data: { messageId: "x", deltaContent: "psst" },
          agentId: "a1",
        },
      ]),
    ).toEqual([]);
  });

  test("gives up if the runtime would repeat text", () => {
    const broken: Step = {
      type: "model.call_failure",
      data: { source: "top_level", statusCode: 502 },
    };
    expect(read([broken, ...HELLO]).at(-1)).toMatchObject({ type: "end" });
    expect(failed([...HELLO.slice(0, 3), broken])).toMatchObject({
      status: 502,
      code: "answer_broken",
    });
  });

  test("maps the runtime's failures, and keeps its text back", () => {
    const cases: [steps: Step[], status: number, code: string][] = [
      [failure("authentication"), 401, "invalid_api_key"],
      [failure("authorization"), 403, "permission_denied"],
      [failure("quota", { errorCode: "quota_exceeded" }), 429, "insufficient_quota"],
      [failure("rate_limit", { statusCode: 429 }), 429, "rate_limit_exceeded"],
      [failure("context_limit"), 400, "context_length_exceeded"],
      [failure("query", { statusCode: 401 }), 401, "invalid_api_key"],
      [failure("query", { statusCode: 429 }), 429, "rate_limit_exceeded"],
      [failure("query", { statusCode: 404 }), 404, "model_not_found"],
      [failure("query", { statusCode: 500 }), 502, "upstream_error"],
      [failure("query"), 502, "upstream_error"],
    ];
    for (const [steps, status, code] of cases) {
      const detail = failed(steps);
      expect(detail).toMatchObject({ status, code });
      expect(detail.message).not.toContain("secret");
    }
    expect(failed(failure("query", { statusCode: 400, message: "400 bad thing" }))).toMatchObject({
      message: "400 bad thing",
    });
  });
});
