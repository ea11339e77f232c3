import { describe, expect, test } from "bun:test";
import type { ChatEvent, Warning } from "../../../../src/chat/event.ts";
import { foldBatches } from "../../../../src/chat/fold-events.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";
import { createAnswerDecoder } from "../../../../src/providers/claude/decode-answer.ts";
import { expectEventOrder } from "../../../support/expect-event-order.ts";
import { foldAll } from "../../../support/fold-all.ts";

function createDecoder(warn?: (warning: Warning) => void) {
  let ids = 0;
  const randomId = () => `r${++ids}`;
  return createAnswerDecoder({ model: "asked", randomId, ...(warn ? { warn } : {}) });
}

type Event = JsonObject & { type: string };

const START: Event = {
  type: "message_start",
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-x",
    content: [],
    stop_reason: null,
    usage: { input_tokens: 3, output_tokens: 1 },
  },
};
const TEXT: Event = {
  type: "content_block_start",
  index: 0,
  content_block: { type: "text", text: "" },
};
const STOP: Event = { type: "content_block_stop", index: 0 };
const END: Event = {
  type: "message_delta",
  delta: { stop_reason: "end_turn", stop_sequence: null },
  usage: { output_tokens: 2 },
};
const LAST: Event = { type: "message_stop" };

function start(content_block: JsonObject, index = 0): Event {
  return { type: "content_block_start", index, content_block };
}

function delta(fields: JsonObject, index = 0): Event {
  return { type: "content_block_delta", index, delta: fields };
}

function decode(...stream: Event[]): ChatEvent[] {
  const events: ChatEvent[] = [];
  const decoder = createDecoder();
  for (const event of stream)
    decoder.decodeMessage({ event: event.type, data: JSON.stringify(event) }, events);
  return events;
}

/** The folded answer of a message with these block events. */
function fold(...blocks: Event[]) {
  const events = decode(START, ...blocks, END, LAST);
  expectEventOrder(events);
  return foldAll("anthropic", events);
}

function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe("blocks", () => {
  test("a text with citations", () => {
    const { content } = fold(
      start({ type: "text", text: "", citations: [] }),
      delta({ type: "citations_delta", citation: { cited_text: "c" } }),
      delta({ type: "text_delta", text: "so" }),
      STOP,
    );
    expect(content).toEqual([
      { type: "text", text: "so", extras: { anthropic: { citations: [{ cited_text: "c" }] } } },
    ]);
  });

  test("a tool call, its arguments in pieces; without any; and with all of them at once", () => {
    const { content } = fold(
      start({ type: "tool_use", id: "t1", name: "f", input: {}, caller: { type: "direct" } }),
      delta({ type: "input_json_delta", partial_json: "" }),
      delta({ type: "input_json_delta", partial_json: '{"a":' }),
      delta({ type: "input_json_delta", partial_json: "1}" }),
      STOP,
      start({ type: "tool_use", id: "t2", name: "g", input: {} }, 1),
      delta({ type: "input_json_delta", partial_json: "" }, 1),
      { ...STOP, index: 1 },
      start({ type: "tool_use", id: "t3", name: "h", input: { b: 2 } }, 2),
      { ...STOP, index: 2 },
    );
    expect(content).toEqual([
      {
        type: "tool_call",
        id: "t1",
        name: "f",
        arguments: { a: 1 },
        extras: { anthropic: { caller: { type: "direct" } } },
      },
      { type: "tool_call", id: "t2", name: "g", arguments: {} },
      { type: "tool_call", id: "t3", name: "h", arguments: { b: 2 } },
    ]);
  });

  test("reasoning with its signature in pieces, hidden, and redacted", () => {
    const { content } = fold(
      start({ type: "thinking", thinking: "", signature: "" }),
      delta({ type: "thinking_delta", thinking: "so" }),
      delta({ type: "signature_delta", signature: "c2ln" }),
      delta({ type: "signature_delta", signature: "+/==" }),
      STOP,
      start({ type: "redacted_thinking", data: "cmVk" }, 1),
      { ...STOP, index: 1 },
    );
    expect(content).toEqual([
      { type: "reasoning", text: "so", signature: { format: "anthropic", value: "c2ln+/==" } },
      {
        type: "reasoning",
        text: "",
        redacted: true,
        signature: { format: "anthropic", value: "cmVk" },
      },
    ]);
  });

  test("unknown blocks and deltas are assembled as well as possible", () => {
    const { content } = fold(
      start({ type: "server_tool_use", id: "s1", name: "web_search", input: {} }),
      delta({ type: "input_json_delta", partial_json: '{"query":"x"}' }),
      STOP,
      start({ type: "compaction", content: "" }, 1),
      delta({ type: "compaction_delta", content: "one " }, 1),
      delta({ type: "compaction_delta", content: "two" }, 1),
      { ...STOP, index: 1 },
    );
    expect(content).toEqual([
      {
        type: "opaque",
        format: "anthropic",
        value: { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "x" } },
      },
      { type: "opaque", format: "anthropic", value: { type: "compaction", content: "one two" } },
    ]);
  });

  test("a message that begins with content, like a turn of code execution", () => {
    const message = {
      id: "msg_2",
      model: "claude-x",
      content: [{ type: "tool_use", id: "t1", name: "f", input: { a: 1 } }],
      container: { id: "c1" },
      stop_reason: "tool_use",
      usage: { input_tokens: 0, output_tokens: 0 },
    };
    const events = decode({ type: "message_start", message }, LAST);
    expectEventOrder(events);
    expect(events.at(-1)).toMatchObject({
      finish_reason: "tool_calls",
      extras: { anthropic: { container: { id: "c1" } } },
    });
    expect(events.filter(({ raw }) => raw).map(({ type }) => type)).toEqual(["start", "end"]);
  });
});

describe("the end", () => {
  test("keeps fields that the chat model has no equivalent for", () => {
    const events = decode(
      START,
      {
        type: "message_delta",
        delta: {
          stop_reason: "refusal",
          stop_sequence: null,
          stop_details: { type: "refusal", category: "cyber" },
        },
        usage: {
          input_tokens: null,
          output_tokens: 5,
          server_tool_use: { web_search_requests: 1 },
        },
        context_management: { applied_edits: [] },
      },
      LAST,
    );
    expect(events.at(-1)).toMatchObject({
      type: "end",
      finish_reason: "content_filter",
      raw_finish_reason: "refusal",
      usage: { input_tokens: 3, output_tokens: 5, total_tokens: 8 },
      extras: {
        anthropic: {
          stop_details: { type: "refusal", category: "cyber" },
          context_management: { applied_edits: [] },
          usage: { server_tool_use: { web_search_requests: 1 } },
        },
      },
    });
  });

  test("the end names the model that replaced another", () => {
    const fallback = { type: "fallback", from: { model: "claude-x" }, to: { model: "claude-y" } };
    const events = decode(START, start(fallback), STOP, END, LAST);
    expect(events.at(-1)).toMatchObject({ type: "end", model: "claude-y" });
    expect(foldAll("anthropic", events).model).toBe("claude-y");
    expect(decode(START, END, LAST).at(-1)).not.toHaveProperty("model");
  });

  test("passes outside the counts are reported beside them: a compaction, an advisor", () => {
    const iterations = [
      { type: "compaction", input_tokens: 100, output_tokens: 9, cache_read_input_tokens: 900 },
      { type: "advisor_message", model: "claude-y", input_tokens: 50, output_tokens: 4 },
      { type: "message", input_tokens: 3, output_tokens: 2 },
    ];
    const usageOf = (fields: JsonObject) => {
      const last = decode(START, { ...END, usage: { output_tokens: 2, ...fields } }, LAST).at(-1);
      return last?.type === "end" ? last.usage : undefined;
    };
    expect(usageOf({ iterations })).toEqual({
      input_tokens: 3,
      output_tokens: 2,
      total_tokens: 5,
      passes: [
        {
          usage: {
            input_tokens: 1000,
            output_tokens: 9,
            cached_input_tokens: 900,
            total_tokens: 1009,
          },
        },
        { model: "claude-y", usage: { input_tokens: 50, output_tokens: 4, total_tokens: 54 } },
        { usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 } },
      ],
    });
    expect(usageOf({ iterations: iterations.slice(2) })).not.toHaveProperty("passes");
  });

  test("usage comes with the start and with the delta, and counts the whole prompt", () => {
    const events = decode(
      {
        type: "message_start",
        message: {
          id: "msg_1",
          model: "m",
          usage: {
            input_tokens: 10,
            cache_creation_input_tokens: 200,
            cache_read_input_tokens: 3000,
            cache_creation: { ephemeral_5m_input_tokens: 150, ephemeral_1h_input_tokens: 50 },
            output_tokens: 1,
          },
        },
      },
      { ...END, usage: { output_tokens: 40, output_tokens_details: { thinking_tokens: 30 } } },
    );
    const usages = events.flatMap((event) => (event.type === "usage" ? [event.usage] : []));
    expect(usages).toEqual([
      {
        input_tokens: 3210,
        output_tokens: 1,
        cached_input_tokens: 3000,
        cache_write_input_tokens: 200,
        cache_write_1h_input_tokens: 50,
        total_tokens: 3211,
      },
      {
        input_tokens: 3210,
        output_tokens: 40,
        cached_input_tokens: 3000,
        cache_write_input_tokens: 200,
        cache_write_1h_input_tokens: 50,
        reasoning_tokens: 30,
        total_tokens: 3250,
      },
    ]);
  });

  test("without counts there is no usage", () => {
    const events = decode(
      { type: "message_start", message: { id: "msg_1", model: "m" } },
      { ...END, usage: {} },
      LAST,
    );
    expect(events.map(({ type }) => type)).toEqual(["start", "opaque", "end"]);
    expect(events.at(-1)).toMatchObject({ usage: null });
  });

  test.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["pause_turn", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["refusal", "content_filter"],
    ["sensitive", "content_filter"],
    // It may mean that the answer was cut.
    ["constructor", "length"],
    ["a_reason_of_tomorrow", "length"],
  ])("the stop reason %s is %s", (reason, expected) => {
    const events = decode(START, { ...END, delta: { stop_reason: reason } }, LAST);
    expect(events.at(-1)).toMatchObject({ finish_reason: expected, raw_finish_reason: reason });
  });
});

describe("a stop reason that does not fit", () => {
  const CALL = start({ type: "tool_use", id: "toolu_1", name: "f", input: {} });
  const ENDS_IN_CALL = { ...END, delta: { stop_reason: "tool_use" } };

  test("tool_use is tool_calls if there is a call", () => {
    const events = decode(START, CALL, STOP, ENDS_IN_CALL, LAST);
    expect(events.at(-1)).toMatchObject({ finish_reason: "tool_calls" });
    expect(events.some(({ raw }) => raw?.data.includes('"tool_use"'))).toBe(true);
  });

  test("without a call it is a natural end, also for callers of the same format", () => {
    const events = decode(START, ENDS_IN_CALL, LAST);
    expect(events.at(-1)).toMatchObject({ finish_reason: "stop" });
    expect(events.find(({ type }) => type === "usage" || type === "opaque")).toBeDefined();
    expect(events.filter(({ raw }) => raw?.data.includes('"tool_use"'))).toEqual([]);
    const whole: ChatEvent[] = [];
    const body = { ...message("tool_use"), content: [{ type: "text", text: "I will." }] };
    createDecoder().decodeBody(body, whole);
    expect(whole.at(-1)).toMatchObject({
      finish_reason: "stop",
      body: { stop_reason: "end_turn" },
    });
  });

  test("an unknown one is told in a warning", () => {
    const warnings: Warning[] = [];
    const decoder = createDecoder((warning) => warnings.push(warning));
    decoder.decodeBody({ ...message("tomorrow\n<x>") }, []);
    expect(warnings).toMatchObject([{ code: "upstream_warning", param: "finish_reason" }]);
    expect(warnings[0]?.message).toContain('"tomorrow??x?"');
  });

  test("another vendor's word, or the end of a turn for a call, is told in Anthropic's", () => {
    for (const [said, blocks, told, finish] of [
      ["stop", [], "end_turn", "stop"],
      ["length", [], "max_tokens", "length"],
      ["tool_calls", [CALL, STOP], "tool_use", "tool_calls"],
      ["end_turn", [CALL, STOP], "tool_use", "tool_calls"],
      ["pause_turn", [CALL, STOP], "pause_turn", "stop"],
      ["tomorrow", [], "tomorrow", "length"],
    ] as const) {
      const events = decode(START, ...blocks, { ...END, delta: { stop_reason: said } }, LAST);
      expect(events.at(-1)).toMatchObject({ finish_reason: finish, raw_finish_reason: said });
      expect(events.some(({ raw }) => raw?.data.includes(`"stop_reason":"${told}"`))).toBe(true);
    }
  });

  test("one that means failure is one", () => {
    expect(failureOf(() => createDecoder().decodeBody(message("network_error"), []))).toMatchObject(
      {
        code: "upstream_error",
      },
    );
  });
});

function message(stop_reason: string): JsonObject {
  const usage = { input_tokens: 1, output_tokens: 1 };
  return {
    type: "message",
    id: "m",
    role: "assistant",
    model: "c",
    content: [],
    stop_reason,
    usage,
  };
}

describe("a block's start that says what its first piece says again", () => {
  test.each([
    ["text", "text_delta", "text"],
    ["thinking", "thinking_delta", "thinking"],
  ])("%s is said once, in all dialects", (type, deltaType, field) => {
    const events = decode(
      START,
      start({ type, [field]: "Hello", signature: "" }),
      delta({ type: deltaType, [field]: "Hello" }),
      delta({ type: deltaType, [field]: " there" }),
      STOP,
      END,
      LAST,
    );
    expectEventOrder(events);
    expect(foldAll("anthropic", events).content).toMatchObject([{ text: "Hello there" }]);
    const raw = events.map((event) => event.raw?.data ?? "").join("");
    expect(raw.match(/Hello/g)).toHaveLength(1);
  });

  test("a piece that goes on is kept whole, and so is the same piece later on", () => {
    const { content } = fold(
      start({ type: "text", text: "Ha" }),
      delta({ type: "text_delta", text: "llo" }),
      delta({ type: "text_delta", text: "Ha" }),
      STOP,
    );
    expect(content).toMatchObject([{ text: "HalloHa" }]);
  });
});

describe("unknown events", () => {
  test("pass through after the message has begun", () => {
    const events = decode(
      { type: "ping" },
      START,
      { type: "ping" },
      { type: "future_event", x: 1 },
    );
    expect(events.map(({ type }) => type)).toEqual(["start", "usage", "opaque", "opaque"]);
    expect(events.at(-1)?.raw).toEqual({
      event: "future_event",
      data: '{"type":"future_event","x":1}',
    });
  });

  test("a repeated message_start counts once", () => {
    const events = decode(START, START, TEXT, STOP, END, LAST);
    expectEventOrder(events);
    expect(events.map(({ type }) => type)).toEqual([
      "start",
      "usage",
      "opaque",
      "part-start",
      "part-end",
      "usage",
      "end",
    ]);
  });

  test("the type names an event without a name", () => {
    const events: ChatEvent[] = [];
    createDecoder().decodeMessage({ event: "", data: JSON.stringify(START) }, events);
    expect(events[0]?.raw?.event).toBe("message_start");
  });
});

test("a block may be signed and ended after the next one has begun (llama-server)", () => {
  const events = decode(
    START,
    start({ type: "thinking", thinking: "" }),
    delta({ type: "thinking_delta", thinking: "Hm." }),
    start({ type: "text", text: "" }, 1),
    delta({ type: "text_delta", text: "Blue" }, 1),
    delta({ type: "signature_delta", signature: "sig" }),
    STOP,
    { type: "content_block_stop", index: 1 },
    END,
    LAST,
  );
  const told = foldBatches([events], "anthropic");
  expect(told.content).toEqual([
    { type: "reasoning", text: "Hm.", signature: { format: "anthropic", value: "sig" } },
    { type: "text", text: "Blue" },
  ]);
});

describe("anything that is not an answer", () => {
  const other: Event = { type: "message_start", message: { id: "msg_other", model: "m" } };
  const streams: readonly (readonly [string, Event[]])[] = [
    ["a delta before the message", [delta({ type: "text_delta", text: "a" })]],
    ["a block before the message", [TEXT]],
    ["an end before the message", [LAST]],
    ["a delta for no block", [START, delta({ type: "text_delta", text: "a" })]],
    [
      "a delta for another block than the open one",
      [START, TEXT, delta({ type: "text_delta", text: "a" }, 1)],
    ],
    [
      "a delta for a block that has ended",
      [START, TEXT, STOP, start({ type: "text" }, 1), delta({ type: "text_delta", text: "a" })],
    ],
    ["a block that stops twice", [START, TEXT, STOP, STOP]],
    ["another message in an open one", [START, TEXT, other]],
    ["an end without a stop reason", [START, TEXT, STOP, LAST]],
    [
      "a text in a tool call",
      [
        START,
        start({ type: "tool_use", id: "t", name: "f", input: {} }),
        delta({ type: "text_delta", text: "a" }),
      ],
    ],
    ["a tool call without a name", [START, start({ type: "tool_use", id: "t" })]],
  ];
  test.each(streams)("%s", (_, stream) => {
    expect(failureOf(() => decode(...stream))).toMatchObject({ code: "upstream_invalid_response" });
  });

  test("no events at all", () => {
    expect(failureOf(() => createDecoder().decodeEnd([], ""))).toMatchObject({
      code: "upstream_invalid_response",
    });
  });

  test.each([
    { type: "completion" },
    { type: "message" },
    { type: "message", id: "m", model: "m", content: [], stop_reason: null },
  ])("the body %p", (body) => {
    expect(failureOf(() => createDecoder().decodeBody(body, []))).toMatchObject({
      code: "upstream_invalid_response",
    });
  });
});

describe("errors inside an answer", () => {
  test.each([
    ["overloaded_error", "upstream_overloaded"],
    ["rate_limit_error", "upstream_rate_limited"],
    ["api_error", "upstream_error"],
    ["timeout_error", "upstream_timeout"],
    ["an_error_of_tomorrow", "upstream_error"],
  ])("%s", (type, code) => {
    const error: Event = { type: "error", error: { type, message: "SECRET" }, request_id: "req_1" };
    const thrown = failureOf(() => decode(START, error));
    expect(thrown).toMatchObject({ code, upstreamCode: type, upstreamRequestId: "req_1" });
    expect(String(thrown)).not.toContain("SECRET");
    expect(failureOf(() => createDecoder().decodeBody(error, []))).toMatchObject({ code });
  });
});
