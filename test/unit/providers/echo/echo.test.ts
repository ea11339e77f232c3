import { describe, expect, test } from "bun:test";
import { foldEvents } from "../../../../src/chat/fold-events.ts";
import type { ChatRequest } from "../../../../src/chat/request.ts";
import { ChatError } from "../../../../src/errors/chat-error.ts";
import { ECHO_FAULTS, findFault } from "../../../../src/providers/echo/faults.ts";
import { createEchoProvider } from "../../../../src/providers/echo/index.ts";
import { expectEventOrder } from "../../../support/expect-event-order.ts";
import { measureLeast } from "../../../support/measure-least.ts";
import { collectEvents, createTestCall, TIMEOUTS } from "../../../support/play-response.ts";

const echo = createEchoProvider({
  randomId: () => "1",
  timeouts: { ...TIMEOUTS, headersMs: 40, idleMs: 40 },
});
const TOOL = {
  name: "weather",
  parameters: {
    type: "object",
    properties: { city: { type: "string" }, days: { type: "integer" } },
  },
};

async function ask(request: Omit<ChatRequest, "messages"> & { text: string }) {
  const { text, ...rest } = request;
  const call = createTestCall(
    { messages: [{ role: "user", content: text }], ...rest },
    { model: { id: request.model ?? "echo" } },
  );
  return foldEvents(await echo.open(call));
}

describe("the echo provider", () => {
  test("repeats the last user message and counts words", async () => {
    const answer = await ask({ text: "Hello, you there" });
    expect(answer.content).toEqual([{ type: "text", text: "Hello, you there" }]);
    expect(answer).toMatchObject({
      finish_reason: "stop",
      usage: { input_tokens: 3, output_tokens: 3, total_tokens: 6 },
    });
  });

  test("keeps every character, including white space", async () => {
    for (const text of ["", " ", "a\n\nb \t c ", "🎉 ä"])
      expect((await ask({ text })).content).toEqual([{ type: "text", text }]);
  });

  test("keeps the contract of events in every form", async () => {
    for (const request of [
      {},
      { tools: [TOOL], tool_choice: "required" as const },
      { reasoning: { effort: "low" as const } },
    ]) {
      const events = await collectEvents(
        await echo.open(
          createTestCall(
            { messages: [{ role: "user", content: "a b" }], ...request },
            { model: { id: "echo" } },
          ),
        ),
      );
      expectEventOrder(events);
    }
  });

  test("stops at a stop sequence and at the token limit", async () => {
    expect(await ask({ text: "one two STOP three", stop: ["STOP"] })).toMatchObject({
      content: [{ text: "one two " }],
      finish_reason: "stop",
      raw_finish_reason: "stop_text",
    });
    expect(await ask({ text: "one two three", max_tokens: 2 })).toMatchObject({
      content: [{ text: "one two" }],
      finish_reason: "length",
    });
  });

  test("calls the required tool, and those that the message names", async () => {
    const call = { type: "tool_call", name: "weather", arguments: { city: "hi", days: 0 } };
    expect(await ask({ text: "hi", tools: [TOOL], tool_choice: "required" })).toMatchObject({
      content: [call],
      finish_reason: "tool_calls",
    });
    expect(
      await ask({ text: "hi", tools: [TOOL], tool_choice: { name: "weather" } }),
    ).toMatchObject({ content: [call] });
    expect((await ask({ text: "hi", tools: [TOOL] })).content[0]?.type).toBe("text");
    const both = [TOOL, { name: "time" }];
    expect((await ask({ text: "weather and time", tools: both })).content).toHaveLength(2);
    expect(
      (await ask({ text: "weather and time", tools: both, parallel_tool_calls: false })).content,
    ).toHaveLength(1);
    expect(
      (await ask({ text: "weather", tools: both, tool_choice: "none" })).content[0]?.type,
    ).toBe("text");
  });

  test("answers in the requested format", async () => {
    expect((await ask({ text: "hi", response_format: { type: "json" } })).content).toEqual([
      { type: "text", text: '{"echo":"hi"}' },
    ]);
    const response_format = { type: "json_schema" as const, schema: TOOL.parameters };
    expect((await ask({ text: "hi", response_format })).content).toEqual([
      { type: "text", text: '{"city":"hi","days":0}' },
    ]);
  });

  test("repeats a tool's result", async () => {
    const call = createTestCall(
      {
        messages: [
          { role: "user", content: "weather" },
          { role: "tool", content: [{ type: "tool_result", tool_call_id: "1", content: "sun" }] },
        ],
        tools: [TOOL],
      },
      { model: { id: "echo" } },
    );
    expect((await foldEvents(await echo.open(call))).content).toEqual([
      { type: "text", text: "sun" },
    ]);
  });

  test("echo-cut fails halfway, echo-fail-<code> before it begins", async () => {
    await expect(ask({ text: "a b c d", model: "echo-cut" })).rejects.toMatchObject({
      code: "upstream_incomplete",
    });
    await expect(ask({ text: "a", model: "echo-fail-upstream_overloaded" })).rejects.toMatchObject({
      code: "upstream_overloaded",
    });
    await expect(ask({ text: "a", model: "echo-fail-nonsense" })).rejects.toMatchObject({
      code: "model_not_found",
      param: "model",
    });
    await expect(ask({ text: "a", model: "gpt" })).rejects.toMatchObject({
      code: "model_not_found",
      param: "model",
    });
  });

  /** What each fault comes to with "a b c d": the words before its end, and how it ends. */
  const FAULTS: Readonly<Record<string, [words: string, ending: string]>> = {
    "echo-slow": ["a b c d", "stop"],
    "echo-late-50": ["a b c d", "stop"],
    "echo-silent": ["", "upstream_timeout"],
    "echo-stall-0": ["", "upstream_stalled"],
    "echo-stall-3": ["a b c", "upstream_stalled"],
    "echo-cut": ["a b", "upstream_incomplete"],
    "echo-cut-2": ["a b", "upstream_incomplete"],
    "echo-cut-9": ["a b c d", "upstream_incomplete"],
    "echo-reset-1": ["a", "upstream_disconnected"],
    "echo-garbled-1": ["a", "upstream_invalid_response"],
    "echo-error-first": ["", "upstream_overloaded"],
    "echo-error-2": ["a b", "upstream_overloaded"],
    "echo-empty": ["", "stop"],
    "echo-filter-1": ["a", "content_filter"],
    "echo-busy-30": ["", "upstream_rate_limited"],
  };

  test.each(Object.entries(FAULTS))("%s: %p", async (model, [words, ending]) => {
    let text = "";
    let end = "";
    try {
      const call = createTestCall(
        { messages: [{ role: "user", content: "a b c d" }] },
        { model: { id: model } },
      );
      for (const event of await collectEvents(await echo.open(call))) {
        if (event.type === "part-delta") text += event.delta;
        if (event.type === "end") end = event.finish_reason;
        if (event.type === "error") end = event.error.code;
      }
    } catch (thrown) {
      if (!(thrown instanceof ChatError)) throw thrown;
      end = thrown.code;
    }
    expect([text, end]).toEqual([words, ending]);
  });

  test("every fault is tested here", () => {
    const tested = Object.keys(FAULTS).map((model) => findFault(model)?.fault.name);
    expect(new Set(tested)).toEqual(new Set(ECHO_FAULTS.map(({ name }) => name)));
  });

  test("the faults that end well keep the contract of events", async () => {
    for (const model of ["echo-slow", "echo-late-1", "echo-empty", "echo-filter-2"]) {
      const call = createTestCall(
        { messages: [{ role: "user", content: "a b c" }] },
        { model: { id: model } },
      );
      expectEventOrder(await collectEvents(await echo.open(call)));
    }
  });

  test("echo-slow stops at once when the caller leaves", async () => {
    const tookMs = await measureLeast(150, async () => {
      const caller = new AbortController();
      const call = createTestCall(
        { messages: [{ role: "user", content: "a b" }] },
        { model: { id: "echo-slow" }, signal: caller.signal },
      );
      const reading = collectEvents(await echo.open(call));
      const leftAt = performance.now();
      caller.abort();
      expect((await reading).map(({ type }) => type)).toEqual(["cancelled"]);
      return performance.now() - leftAt;
    });
    expect(tookMs).toBeLessThan(150);
  });
});
