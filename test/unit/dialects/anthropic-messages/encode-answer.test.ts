import { describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import type { ChatEvent } from "../../../../src/chat/event.ts";
import type { Format } from "../../../../src/chat/format.ts";
import type { Part } from "../../../../src/chat/part.ts";
import { anthropicMessagesDialect as dialect } from "../../../../src/dialects/anthropic-messages/index.ts";
import { ChatError } from "../../../../src/errors/chat-error.ts";
import { createAnswerContext } from "../../../support/answer-context.ts";
import { foldAll } from "../../../support/fold-all.ts";

const USAGE = {
  input_tokens: 100,
  output_tokens: 50,
  cached_input_tokens: 60,
  cache_write_input_tokens: 10,
  reasoning_tokens: 20,
  total_tokens: 150,
};
const START: ChatEvent = { type: "start", id: "resp_1", model: "vendor-model" };
const END: ChatEvent = {
  type: "end",
  finish_reason: "stop",
  raw_finish_reason: "STOP",
  usage: USAGE,
};

/** An answer from another vendor: all kinds of parts, with all kinds of signatures. */
const FOREIGN: readonly ChatEvent[] = [
  START,
  { type: "part-start", index: 0, kind: "reasoning" },
  { type: "part-delta", index: 0, delta: "so" },
  {
    type: "part-end",
    index: 0,
    signature: { format: "openai_responses", value: "enc:1/+=", id: "rs_1" },
  },
  { type: "part-start", index: 1, kind: "reasoning", redacted: true },
  { type: "part-end", index: 1, signature: { format: "openai_responses", value: "enc2" } },
  { type: "part-start", index: 2, kind: "reasoning" },
  { type: "part-delta", index: 2, delta: "unsigned" },
  { type: "part-end", index: 2 },
  { type: "part-start", index: 3, kind: "text" },
  { type: "part-delta", index: 3, delta: "Hel" },
  { type: "part-delta", index: 3, delta: "lo" },
  { type: "part-end", index: 3, signature: { format: "google", value: "sigtext" } },
  { type: "part-start", index: 4, kind: "opaque", format: "google", value: { executableCode: {} } },
  { type: "part-end", index: 4 },
  { type: "part-start", index: 5, kind: "tool_call", id: "call:1", name: "f" },
  { type: "part-delta", index: 5, delta: '{"a":1}' },
  { type: "part-end", index: 5, signature: { format: "google", value: "sigcall" } },
  { type: "part-start", index: 6, kind: "tool_call", id: "c2", name: "g" },
  { type: "part-end", index: 6 },
  { type: "part-start", index: 7, kind: "text" },
  { type: "part-end", index: 7, signature: { format: "google", value: "sigempty" } },
  { ...END, finish_reason: "tool_calls" },
];

function fold(events: readonly ChatEvent[], format: Format | null = "google") {
  return foldAll(format, events);
}

function encodeStream(
  events: readonly ChatEvent[],
  format: Format | null = "google",
  batchSize = Number.POSITIVE_INFINITY,
): string {
  const encoder = dialect.createStreamEncoder(createAnswerContext(format));
  let text = "";
  for (let at = 0; at < events.length; at += batchSize)
    text += encoder.encode(events.slice(at, at + batchSize));
  return text;
}

/** Our stream as Anthropic's client reads it. */
async function readBySdk(text: string) {
  const fetch = async () =>
    new Response(text, { headers: { "content-type": "text/event-stream" } });
  const client = new Anthropic({ apiKey: "test", fetch, maxRetries: 0, logLevel: "off" });
  return client.messages
    .stream({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "Hi" }] })
    .finalMessage();
}

/** The next request's messages after a client sent these blocks back. */
function decodeTurn(content: unknown): Part[] {
  const body = {
    model: "m",
    max_tokens: 1,
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: JSON.parse(JSON.stringify(content)) },
    ],
  };
  const turn = dialect.decodeRequest(body, new Headers()).messages[1]?.content;
  return Array.isArray(turn) ? turn : [];
}

/** The parts of the answer that this format can express. */
const KEPT = fold(FOREIGN).content.filter(({ type }) => type !== "opaque");

describe("another vendor's answer", () => {
  test("whole", () => {
    const { content: _content, ...rest } = JSON.parse(
      JSON.stringify(dialect.encodeResponse(fold(FOREIGN), createAnswerContext("google"))),
    );
    expect(rest).toEqual({
      id: "resp_1",
      type: "message",
      role: "assistant",
      model: "vendor-model",
      stop_reason: "tool_use",
      stop_sequence: null,
      usage: {
        input_tokens: 30,
        cache_creation_input_tokens: 10,
        cache_read_input_tokens: 60,
        output_tokens: 50,
        output_tokens_details: { thinking_tokens: 20 },
      },
    });
  });

  test.each([
    ["in one batch", Number.POSITIVE_INFINITY],
    ["event by event", 1],
  ])("streamed %s, Anthropic's client reads what the whole answer says", async (_, batchSize) => {
    const message = await readBySdk(encodeStream(FOREIGN, "google", batchSize));
    expect(message).toMatchObject({
      id: "resp_1",
      model: "vendor-model",
      stop_reason: "tool_use",
      usage: { output_tokens: 50 },
    });
    expect(message.content.flatMap((block) => (block.type === "text" ? [block.text] : []))).toEqual(
      ["Hello"],
    );
    expect(
      message.content.flatMap((block) =>
        block.type === "tool_use" ? [[block.id, block.name, block.input]] : [],
      ),
    ).toEqual([
      ["call:1", "f", { a: 1 }],
      ["c2", "g", {}],
    ]);
    expect(decodeTurn(message.content)).toEqual(KEPT);
  });

  test("the next turn has every signature again, byte for byte", () => {
    const message = JSON.parse(
      JSON.stringify(dialect.encodeResponse(fold(FOREIGN), createAnswerContext("google"))),
    );
    expect(decodeTurn(message.content)).toEqual(KEPT);
  });

  test("blocks come one after the other, and none is an empty text", () => {
    const events = [...encodeStream(FOREIGN).matchAll(/^data: (.*)$/gm)].map(([, json]) =>
      JSON.parse(json ?? ""),
    );
    const starts = events.filter(({ type }) => type === "content_block_start");
    expect(starts.map(({ index }) => index)).toEqual(starts.map((_, at) => at));
    expect(events.filter(({ type }) => type === "content_block_stop").length).toBe(starts.length);
    const texts = events.filter(({ delta }) => delta?.type === "text_delta");
    expect(starts.filter(({ content_block }) => content_block.type === "text").length).toBe(
      new Set(texts.map(({ index }) => index)).size,
    );
  });

  test("each reason to end, and no counts at all", () => {
    for (const [reason, expected] of [
      ["stop", "end_turn"],
      ["length", "max_tokens"],
      ["tool_calls", "tool_use"],
      ["content_filter", "refusal"],
    ] as const) {
      const call: ChatEvent[] = [
        { type: "part-start", index: 0, kind: "tool_call", id: "c", name: "f" },
        { type: "part-end", index: 0 },
      ];
      const events: ChatEvent[] = [
        START,
        ...(reason === "tool_calls" ? call : []),
        { type: "end", finish_reason: reason, raw_finish_reason: "end_turn", usage: null },
      ];
      expect(dialect.encodeResponse(fold(events), createAnswerContext(null))).toMatchObject({
        stop_reason: expected,
        usage: { input_tokens: 0, output_tokens: 0 },
      });
      expect(encodeStream(events)).toContain(`"stop_reason":"${expected}"`);
    }
  });

  test("counts in the first batch are sent at once", () => {
    const text = encodeStream([START, { type: "usage", usage: USAGE }, END]);
    expect(text).toStartWith("event: message_start\n");
    expect(text.split("\n")[1]).toContain('"input_tokens":30');
  });
});

describe("a native signature", () => {
  test("stays byte-identical in both directions", async () => {
    const events: ChatEvent[] = [
      START,
      { type: "part-start", index: 0, kind: "reasoning" },
      { type: "part-delta", index: 0, delta: "so" },
      { type: "part-end", index: 0, signature: { format: "anthropic", value: "c2ln+/==" } },
      { type: "part-start", index: 1, kind: "reasoning", redacted: true },
      { type: "part-end", index: 1, signature: { format: "anthropic", value: "cmVk" } },
      END,
    ];
    const blocks = [
      { type: "thinking", thinking: "so", signature: "c2ln+/==" },
      { type: "redacted_thinking", data: "cmVk" },
    ];
    expect(dialect.encodeResponse(fold(events), createAnswerContext("anthropic"))).toMatchObject({
      content: blocks,
    });
    const message = await readBySdk(encodeStream(events, "anthropic"));
    expect<unknown>(message.content).toEqual(blocks);
    expect(decodeTurn(blocks)).toEqual(fold(events).content);
  });
});

describe("identity", () => {
  test("a body in this format is passed through", () => {
    const value = { id: "msg_1", of_tomorrow: { x: null } };
    const response = fold(
      [
        START,
        {
          type: "end",
          finish_reason: "stop",
          raw_finish_reason: "end_turn",
          usage: null,
          body: value,
        },
      ],
      "anthropic",
    );
    expect(dialect.encodeResponse(response, createAnswerContext("anthropic"))).toBe(value);
  });

  test("events in this format are passed through, including several data lines; ours are not", () => {
    const raw = (event: string, data: string) => ({ raw: { event, data } });
    const events: ChatEvent[] = [
      { ...START, ...raw("message_start", '{"a": 1}') },
      { type: "usage", usage: USAGE },
      { type: "opaque", ...raw("future_event", '{"b":\n2}') },
      { type: "error", error: new ChatError("upstream_overloaded") },
    ];
    expect(encodeStream(events, "anthropic")).toBe(
      'event: message_start\ndata: {"a": 1}\n\n' +
        'event: future_event\ndata: {"b":\ndata: 2}\n\n' +
        'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"The provider is overloaded.",' +
        '"details":{"error_code":"upstream_overloaded"}},"request_id":"req_test"}\n\n',
    );
  });
});

describe("a stream that fails halfway", () => {
  test.each<ChatEvent>([
    { type: "error", error: new ChatError("upstream_incomplete") },
    { type: "cancelled" },
  ])("is an error for Anthropic's client: %p", async (last) => {
    const events: ChatEvent[] = [...FOREIGN.slice(0, 12), last];
    const failure: unknown = await readBySdk(encodeStream(events)).catch(
      (thrown: unknown) => thrown,
    );
    expect(failure).toBeInstanceOf(Anthropic.APIError);
    expect(failure).toMatchObject({ type: "api_error" });
  });
});

test("clients ignore the heartbeat", async () => {
  const { heartbeat } = dialect.createStreamEncoder(createAnswerContext(null));
  const message = await readBySdk(
    heartbeat + encodeStream(FOREIGN).replaceAll("\n\n", `\n\n${heartbeat}`),
  );
  expect(message.stop_reason).toBe("tool_use");
});
