import { describe, expect, test } from "bun:test";
import type { ChatEvent, EventStream } from "../../../../src/chat/event.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";
import { createAnswerDecoder } from "../../../../src/providers/openai/decode-answer.ts";
import { readErrorBody } from "../../../../src/providers/openai/read-error.ts";
import { openUpstream } from "../../../../src/upstream/open-upstream.ts";
import { expectEventOrder } from "../../../support/expect-event-order.ts";
import { foldAll } from "../../../support/fold-all.ts";
import {
  collectEvents,
  createTestDeps,
  jsonResponse,
  type PlayedResponse,
  playResponses,
  sseResponse,
} from "../../../support/play-response.ts";
import { rejectionOf } from "../../../support/rejection.ts";
import {
  CREATED,
  callEvents,
  callItem,
  completed,
  messageEvents,
  messageItem,
  responseObject,
  responsesSse,
  USAGE,
} from "../../../support/responses-stream.ts";
import { cutAfterEachEvent, SPLITS } from "../../../support/split-bytes.ts";

function open(response: PlayedResponse): Promise<EventStream> {
  const deps = createTestDeps(playResponses(response).fetch);
  return openUpstream(
    {
      url: "http://upstream.test/responses",
      headers: {},
      body: "{}",
      stream: true,
      signal: new AbortController().signal,
      format: "openai_responses",
      createAnswerDecoder: () =>
        createAnswerDecoder({ model: "gpt-asked", randomId: () => "minted" }),
      readErrorBody,
    },
    deps,
  );
}

async function play(...events: readonly JsonObject[]): Promise<ChatEvent[]> {
  const result = await collectEvents(await open(sseResponse(responsesSse(...events))));
  expectEventOrder(result);
  return result;
}

function fold(events: readonly ChatEvent[]) {
  return foldAll("openai_responses", events);
}

function errorOf(events: readonly ChatEvent[]) {
  const last = events[events.length - 1];
  return last?.type === "error" ? last.error : undefined;
}

const REASONING = {
  id: "rs_1",
  type: "reasoning",
  summary: [
    { type: "summary_text", text: "First." },
    { type: "summary_text", text: "Second." },
  ],
  encrypted_content: "gAAAsecret",
};
const CALL = callItem("fc_1", "call_1", "weather", '{"city":"Bern"}');
const OTHER_CALL = callItem("fc_2", "call_2", "weather", '{"city":"Biel"}');

/** One item of each kind: reasoning in two texts, a message, two calls, a search. */
const FULL: readonly JsonObject[] = [
  CREATED,
  { type: "response.in_progress", response: responseObject({ status: "in_progress" }) },
  {
    type: "response.output_item.added",
    output_index: 0,
    item: { id: "rs_1", type: "reasoning", summary: [] },
  },
  {
    type: "response.reasoning_summary_part.added",
    output_index: 0,
    summary_index: 0,
    part: { type: "summary_text", text: "" },
  },
  {
    type: "response.reasoning_summary_text.delta",
    output_index: 0,
    summary_index: 0,
    delta: "Fir",
  },
  {
    type: "response.reasoning_summary_text.delta",
    output_index: 0,
    summary_index: 0,
    delta: "st.",
  },
  {
    type: "response.reasoning_summary_text.delta",
    output_index: 0,
    summary_index: 1,
    delta: "Second.",
  },
  { type: "response.output_item.done", output_index: 0, item: REASONING },
  {
    type: "response.output_item.added",
    output_index: 1,
    item: { id: "ws_1", type: "web_search_call", status: "in_progress" },
  },
  { type: "response.web_search_call.searching", output_index: 1, item_id: "ws_1" },
  {
    type: "response.output_item.done",
    output_index: 1,
    item: { id: "ws_1", type: "web_search_call", status: "completed" },
  },
  ...messageEvents(2, "msg_1", "I look: 🌧"),
  ...callEvents(3, CALL),
  ...callEvents(4, OTHER_CALL),
  completed([REASONING, messageItem("msg_1", "I look: 🌧"), CALL, OTHER_CALL], {
    service_tier: "flex",
  }),
];

describe("a streamed answer", () => {
  test("becomes parts, usage and a finish reason", async () => {
    const answer = fold(await play(...FULL));
    expect(answer).toMatchObject({
      id: "resp_1",
      model: "gpt-test-2026",
      content: [
        {
          type: "reasoning",
          text: "First.\n\nSecond.",
          signature: { format: "openai_responses", value: "gAAAsecret", id: "rs_1" },
        },
        {
          type: "opaque",
          format: "openai_responses",
          value: { id: "ws_1", type: "web_search_call", status: "completed" },
        },
        {
          type: "text",
          text: "I look: 🌧",
          extras: { openai_responses: { $item: { id: "msg_1", status: "completed" } } },
        },
        { type: "tool_call", id: "call_1", name: "weather", arguments: { city: "Bern" } },
        { type: "tool_call", id: "call_2", name: "weather", arguments: { city: "Biel" } },
      ],
      finish_reason: "tool_calls",
      raw_finish_reason: "completed",
      usage: {
        input_tokens: 20,
        output_tokens: 12,
        cached_input_tokens: 8,
        reasoning_tokens: 5,
        total_tokens: 32,
      },
      extras: { openai_responses: { service_tier: "flex" } },
    });
  });

  test.each(SPLITS)("gives the same events %s", async (_name, split) => {
    const bytes = new TextEncoder().encode(responsesSse(...FULL));
    const whole = await collectEvents(await open(sseResponse(bytes)));
    expect(await collectEvents(await open(sseResponse(split(bytes))))).toEqual(whole);
  });

  test("never ends if it is cut after any event", async () => {
    for (const prefix of cutAfterEachEvent(new TextEncoder().encode(responsesSse(...FULL)))) {
      const events = await collectEvents(await open(sseResponse(prefix)));
      expectEventOrder(events);
      expect(errorOf(events)?.code).toBe("upstream_incomplete");
    }
  });

  test("passes every vendor event through once, in order", async () => {
    const raws = (await play(...FULL)).flatMap(({ raw }) => (raw ? [JSON.parse(raw.data)] : []));
    expect(raws.map(({ type }) => type)).toEqual(FULL.map(({ type }) => type));
  });

  test("gives the same in deltas as whole", async () => {
    const whole = await collectEvents(
      await open(
        jsonResponse(responseObject({ output: [messageItem("msg_1", "Hi"), CALL], usage: USAGE })),
      ),
    );
    expectEventOrder(whole);
    const streamed = await play(
      CREATED,
      ...messageEvents(0, "msg_1", "Hi"),
      ...callEvents(1, CALL),
      completed([messageItem("msg_1", "Hi"), CALL]),
    );
    expect(fold(whole)).toEqual(fold(streamed));
  });

  test("deltas are matched to their item by its index, since ids may change from event to event", async () => {
    const rotated = FULL.map((event, at) =>
      "item_id" in event ? { ...event, item_id: `rotated_${at}` } : event,
    );
    expect(fold(await play(...rotated)).content).toEqual(fold(await play(...FULL)).content);
  });

  test("finished items complete what was not streamed", async () => {
    const [added] = callEvents(1, CALL);
    const answer = fold(
      await play(
        CREATED,
        {
          type: "response.output_item.done",
          output_index: 0,
          item: messageItem("msg_1", "All at once"),
        },
        added ?? {},
        { type: "response.output_item.done", output_index: 1, item: CALL },
        completed([]),
      ),
    );
    expect(answer.content).toMatchObject([
      { type: "text", text: "All at once" },
      { type: "tool_call", id: "call_1", arguments: { city: "Bern" } },
    ]);
    // OpenAI's client looks for them in the last event alone.
    expect(answer.body?.value.output).toMatchObject([{ id: "msg_1" }, { call_id: "call_1" }]);
  });

  test("the end completes items that were not streamed", async () => {
    expect(
      fold(await play(CREATED, completed([messageItem("msg_1", "Late")]))).content,
    ).toMatchObject([{ text: "Late" }]);
  });

  test("a delta without its item is completed by the end, or is an error", async () => {
    const stray = {
      type: "response.output_text.delta",
      output_index: 7,
      content_index: 0,
      delta: "Late",
    };
    expect(
      fold(await play(CREATED, stray, completed([messageItem("msg_1", "Late")]))).content,
    ).toMatchObject([{ text: "Late" }]);
    for (const events of [
      [stray, completed([])],
      [...messageEvents(0, "msg_1", "Here"), stray, completed([])],
    ]) {
      expect(errorOf(await play(CREATED, ...events))?.code).toBe("upstream_invalid_response");
    }
  });

  test("the end closes open parts", async () => {
    const open = messageEvents(0, "msg_1", "Hello").slice(0, -1);
    const answer = fold(await play(CREATED, ...open, completed([messageItem("msg_1", "Hello")])));
    expect(answer.content).toMatchObject([
      { text: "Hello", extras: { openai_responses: { $item: { status: "completed" } } } },
    ]);
  });

  test("a call without a name starts when it gets one", async () => {
    const [added, ...rest] = callEvents(0, CALL);
    const nameless = { ...added, item: { id: "fc_1", type: "function_call", arguments: "" } };
    expect(fold(await play(CREATED, nameless, ...rest, completed([CALL]))).content).toMatchObject([
      { type: "tool_call", id: "call_1", name: "weather", arguments: { city: "Bern" } },
    ]);
  });

  test("a message without content is kept for the next turn", async () => {
    const empty = {
      id: "msg_1",
      type: "message",
      status: "incomplete",
      role: "assistant",
      content: [],
    };
    const answer = fold(
      await play(
        CREATED,
        { type: "response.output_item.added", output_index: 0, item: empty },
        { type: "response.output_item.done", output_index: 0, item: empty },
        completed([empty]),
      ),
    );
    expect(answer.content).toEqual([{ type: "opaque", format: "openai_responses", value: empty }]);
    expect(answer.finish_reason).toBe("stop");
  });

  test("arguments that were cut off are kept as text", async () => {
    const cut = { ...callItem("fc_1", "call_1", "weather", '{"city":"Be'), status: "incomplete" };
    const answer = fold(
      await play(CREATED, ...callEvents(0, cut), {
        type: "response.incomplete",
        response: responseObject({
          status: "incomplete",
          incomplete_details: { reason: "max_output_tokens" },
          output: [cut],
        }),
      }),
    );
    expect(answer.content).toMatchObject([
      { type: "tool_call", arguments: {}, arguments_text: '{"city":"Be' },
    ]);
    expect(answer).toMatchObject({
      finish_reason: "length",
      raw_finish_reason: "max_output_tokens",
      usage: null,
    });
  });

  test("a refusal is text, and a filtered answer", async () => {
    const place = { item_id: "msg_1", output_index: 0, content_index: 0 };
    const item = {
      ...messageItem("msg_1", ""),
      content: [{ type: "refusal", refusal: "I will not." }],
    };
    const answer = fold(
      await play(
        CREATED,
        { type: "response.output_item.added", output_index: 0, item: { ...item, content: [] } },
        { type: "response.content_part.added", ...place, part: { type: "refusal", refusal: "" } },
        { type: "response.refusal.delta", ...place, delta: "I will" },
        { type: "response.refusal.delta", ...place, delta: " not." },
        { type: "response.refusal.done", ...place, refusal: "I will not." },
        { type: "response.output_item.done", output_index: 0, item },
        completed([item]),
      ),
    );
    expect(answer).toMatchObject({
      content: [{ type: "text", text: "I will not.", refusal: true }],
      finish_reason: "content_filter",
      raw_finish_reason: "refusal",
    });
  });

  test("a filtered answer", async () => {
    const answer = fold(
      await play(CREATED, {
        type: "response.incomplete",
        response: responseObject({
          status: "incomplete",
          incomplete_details: { reason: "content_filter" },
        }),
      }),
    );
    expect(answer).toMatchObject({
      finish_reason: "content_filter",
      raw_finish_reason: "content_filter",
    });
  });

  test.each([
    [
      "a custom tool's call waits for the caller",
      [{ type: "custom_tool_call", call_id: "c", id: "ct_1" }],
      "tool_calls",
    ],
    [
      "even if it was announced",
      [messageItem("msg_1", "I look."), { type: "custom_tool_call", call_id: "c", id: "ct_1" }],
      "tool_calls",
    ],
    [
      "unless the model went on to answer",
      [{ type: "custom_tool_call", call_id: "c", id: "ct_1" }, messageItem("msg_1", "Found.")],
      "stop",
    ],
    [
      "a call that the vendor ran itself does not",
      [
        { type: "shell_call", call_id: "c", id: "sh_1" },
        { type: "shell_call_output", call_id: "c", id: "sho_1" },
      ],
      "stop",
    ],
    ["a search does not", [{ type: "web_search_call", id: "ws_1" }], "stop"],
    [
      "tools are searched by the caller",
      [{ type: "tool_search_call", id: "t", execution: "client" }],
      "tool_calls",
    ],
    ["or by the vendor", [{ type: "tool_search_call", id: "t", execution: "server" }], "stop"],
  ])("%s", async (_name, output, reason) => {
    expect(fold(await play(CREATED, completed(output))).finish_reason as string).toBe(reason);
  });

  test("gets an id, a model and a first event if it has none", async () => {
    const events = await play(
      ...messageEvents(0, "msg_1", "Hi"),
      completed([messageItem("msg_1", "Hi")]),
    );
    expect(events[0]).toMatchObject({ type: "start", id: "resp_minted", model: "gpt-asked" });
  });

  test("text before the first event, [DONE] and unknown events are ignored", async () => {
    const text = `: hello\n\ndata: [DONE]\n\n${responsesSse({ type: "response.hello" }, ...FULL.slice(0, -1), { type: "response.future", output_index: 99 }, FULL[FULL.length - 1] ?? {})}data: [DONE]\n\n`;
    const events = await collectEvents(await open(sseResponse(text)));
    expectEventOrder(events);
    expect(fold(events).content).toEqual(fold(await play(...FULL)).content);
  });
});

describe("a failing answer", () => {
  test.each<
    [
      string,
      JsonObject,
      string,
      Partial<{ upstreamCode: string; retryAfterSeconds: number; message: string }>,
    ]
  >([
    [
      "the documented error event",
      { type: "error", code: "server_error", message: "Key sk-123456789 broke", param: null },
      "upstream_error",
      { upstreamCode: "server_error", message: "The provider failed." },
    ],
    [
      "the error event as it comes",
      {
        type: "error",
        error: {
          type: "tokens",
          code: "rate_limit_exceeded",
          message: "Rate limit. Please try again in 6.57s. Visit",
          param: null,
        },
      },
      "upstream_rate_limited",
      { upstreamCode: "rate_limit_exceeded", retryAfterSeconds: 7 },
    ],
    [
      "an empty account",
      {
        type: "error",
        error: { type: "insufficient_quota", code: "insufficient_quota", message: "You exceeded" },
      },
      "upstream_quota_exhausted",
      {},
    ],
    [
      "a context that is too long",
      {
        type: "error",
        error: {
          type: "invalid_request_error",
          code: "context_length_exceeded",
          message: "Too long.",
          param: "input",
        },
      },
      "context_length_exceeded",
      { upstreamCode: "context_length_exceeded", message: "Too long." },
    ],
    [
      "a failed response",
      {
        type: "response.failed",
        response: responseObject({
          status: "failed",
          error: { code: "server_error", message: "x" },
        }),
      },
      "upstream_error",
      {},
    ],
    [
      "a failed response that the request is to blame for",
      {
        type: "response.failed",
        response: responseObject({
          status: "failed",
          error: { code: "invalid_image_url", message: "No." },
        }),
      },
      "upstream_rejected",
      { message: "No." },
    ],
    [
      "a failed response without a word",
      { type: "response.failed", response: responseObject({ status: "failed" }) },
      "upstream_error",
      {},
    ],
    [
      "a cancelled response",
      { type: "response.cancelled", response: responseObject({ status: "cancelled" }) },
      "upstream_incomplete",
      {},
    ],
    [
      "an error without a type",
      { error: { code: 502, message: "Bad gateway" } },
      "upstream_error",
      {},
    ],
  ])("%s", async (_name, event, code, detail) => {
    const events = await play(
      CREATED,
      ...messageEvents(0, "msg_1", "Hello").slice(0, 4),
      event,
      completed([]),
    );
    expect(errorOf(events)).toMatchObject({ code, ...detail });
    expect(events[events.length - 1]?.raw).toBeDefined();
  });

  test("an error before anything else is the only event", async () => {
    expect(
      (await play({ type: "error", code: "server_is_overloaded", message: "Busy" })).map(
        ({ type }) => type,
      ),
    ).toEqual(["error"]);
  });

  test("an event that is not JSON, or not an object", async () => {
    for (const data of ["{", "[]", "7"]) {
      const events = await collectEvents(
        await open(sseResponse(`${responsesSse(CREATED)}data: ${data}\n\n`)),
      );
      expect(errorOf(events)?.code).toBe("upstream_invalid_response");
    }
  });

  test("an end without a response", async () => {
    expect(errorOf(await play(CREATED, { type: "response.completed" }))?.code).toBe(
      "upstream_invalid_response",
    );
  });

  test.each([
    [
      responseObject({ status: "failed", error: { code: "rate_limit_exceeded", message: "x" } }),
      "upstream_rate_limited",
    ],
    [responseObject({ status: "in_progress" }), "upstream_incomplete"],
    [responseObject({ status: "queued" }), "upstream_incomplete"],
    [responseObject({ status: "cancelled" }), "upstream_incomplete"],
    [{ error: { code: "server_is_overloaded", message: "Busy" } }, "upstream_overloaded"],
    [{ hello: "world" }, "upstream_invalid_response"],
  ])("an invalid whole answer %#", async (body, code) => {
    expect(await rejectionOf(open(jsonResponse(body)))).toMatchObject({ code });
  });
});

describe("an end that is no natural one", () => {
  const NAMED: readonly [name: string, type: string, fields: JsonObject, told: JsonObject][] = [
    [
      "a status that nobody knows",
      "response.completed",
      { status: "expired" },
      { finish_reason: "length", raw_finish_reason: "expired" },
    ],
    [
      "a reason that nobody knows",
      "response.incomplete",
      { status: "incomplete", incomplete_details: { reason: "tomorrow" } },
      { finish_reason: "length", raw_finish_reason: "tomorrow" },
    ],
    [
      "an event that says it, but no status",
      "response.incomplete",
      { status: undefined },
      { finish_reason: "length", raw_finish_reason: "incomplete" },
    ],
    [
      "a reason beside a completed status",
      "response.completed",
      { status: "completed", incomplete_details: { reason: "content_filter" } },
      { finish_reason: "content_filter", raw_finish_reason: "content_filter" },
    ],
  ];
  test.each(NAMED)("%s", async (_, type, fields, told) => {
    const response = responseObject({ output: [messageItem("msg_1", "Hi")], ...fields });
    const events = await play(CREATED, ...messageEvents(0, "msg_1", "Hi"), { type, response });
    expect(fold(events)).toMatchObject({ content: [{ text: "Hi" }], ...told });
  });
});

describe("readErrorBody", () => {
  const read = (error: JsonObject, status: number) => readErrorBody({ error }, status).code;

  test("a code is more precise than the status", () => {
    expect(read({ code: "insufficient_quota", type: "insufficient_quota" }, 429)).toBe(
      "upstream_quota_exhausted",
    );
    expect(read({ code: "rate_limit_exceeded", type: "requests" }, 429)).toBe(
      "upstream_rate_limited",
    );
    expect(read({ code: "model_not_found", type: "invalid_request_error" }, 400)).toBe(
      "model_not_found",
    );
    expect(read({ code: "context_length_exceeded" }, 400)).toBe("upstream_rejected");
    expect(read({ code: "invalid_api_key" }, 401)).toBe("upstream_auth");
    expect(read({ code: "unsupported_parameter", param: "temperature" }, 400)).toBe(
      "upstream_rejected",
    );
    expect(read({ code: "slow_down" }, 503)).toBe("upstream_overloaded");
    expect(read({ code: null, type: null }, 500)).toBeUndefined();
    expect(read({ code: "constructor", type: "toString" }, 500)).toBeUndefined();
  });

  test("a 404 is about the model only if it says so", () => {
    expect(read({ code: null, type: "invalid_request_error", param: "input" }, 404)).toBe(
      "upstream_rejected",
    );
    expect(
      read({ code: null, type: "invalid_request_error", param: "model" }, 404),
    ).toBeUndefined();
  });

  test("anything but an error body has no details", () => {
    for (const body of [undefined, null, "x", [], {}, { error: {} }])
      expect(readErrorBody(body, 500)).toEqual({});
  });
});

describe("a server that numbers nothing (llama.cpp)", () => {
  const reasoning = { id: "rs_1", type: "reasoning", summary: [], content: [] };
  const call = (id: string, args: string) => callItem(`fc_${id}`, id, "f", args);
  const added = (item: JsonObject) => ({ type: "response.output_item.added", item });
  const done = (item: JsonObject) => ({ type: "response.output_item.done", item });
  const text = (delta: string) => ({
    type: "response.output_text.delta",
    item_id: "msg_1",
    delta,
  });
  const args = (id: string, delta: string) => ({
    type: "response.function_call_arguments.delta",
    item_id: `fc_${id}`,
    delta,
  });

  test("all items end at the end of the answer", async () => {
    const thought = { ...reasoning, content: [{ type: "reasoning_text", text: "Hm." }] };
    const message = messageItem("msg_1", "Sure!");
    const calls = [call("a", "{}"), call("b", '{"x":1}')];
    const events = await play(
      CREATED,
      added(reasoning),
      { type: "response.reasoning_text.delta", item_id: "rs_1", delta: "Hm." },
      added({ ...message, content: [] }),
      text("Sure"),
      text("!"),
      added(call("a", "")),
      args("a", "{}"),
      added(call("b", "")),
      args("b", '{"x":1}'),
      ...[thought, message, ...calls].map(done),
      completed([thought, message, ...calls]),
    );
    expect(fold(events).content).toMatchObject([
      { type: "reasoning", text: "Hm." },
      { type: "text", text: "Sure!" },
      { type: "tool_call", id: "a", arguments: {} },
      { type: "tool_call", id: "b", arguments: { x: 1 } },
    ]);
    expect(fold(events).finish_reason).toBe("tool_calls");
    // Streamed, not held back to the end.
    expect(events.findIndex((event) => event.type === "part-delta")).toBeLessThan(4);
  });

  test("text that a finished item has and that did not arrive is not lost in silence", async () => {
    const events = await play(
      CREATED,
      added(call("a", "")),
      added(call("b", "")),
      args("b", "{}"),
      done(call("a", '{"x":1}')),
      done(call("b", "{}")),
      completed([]),
    );
    expect(errorOf(events)).toMatchObject({ code: "upstream_invalid_response" });
  });
});

test("numbered items that overlap are told one after another", async () => {
  const at = (output_index: number, event: JsonObject) => ({ ...event, output_index });
  const added = (index: number, id: string) =>
    at(index, {
      type: "response.output_item.added",
      item: callItem(`fc_${id}`, id, "f", ""),
    });
  const args = (index: number, delta: string) =>
    at(index, { type: "response.function_call_arguments.delta", delta });
  const items = [callItem("fc_a", "a", "f", '{"x":1}'), callItem("fc_b", "b", "f", '{"x":2}')];
  const events = await play(
    CREATED,
    added(0, "a"),
    added(1, "b"),
    args(1, '{"x"'),
    args(0, '{"x":1}'),
    args(1, ":2}"),
    ...items.map((item, index) => at(index, { type: "response.output_item.done", item })),
    completed(items),
  );
  expect(fold(events).content).toMatchObject([
    { id: "a", arguments: { x: 1 } },
    { id: "b", arguments: { x: 2 } },
  ]);
});

test("a text that comes only whole, at its end (LM Studio)", async () => {
  const place = { output_index: 0, item_id: "fc_a" };
  const item = callItem("fc_a", "a", "f", "");
  const events = await play(
    CREATED,
    { type: "response.output_item.added", ...place, item },
    { type: "response.function_call_arguments.done", ...place, arguments: '{"x":1}' },
    { type: "response.output_item.done", ...place, item },
    completed([item]),
  );
  expect(fold(events).content).toMatchObject([{ arguments: { x: 1 } }]);
});
