import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../../src/chat/event.ts";
import { foldEvents } from "../../../../src/chat/fold-events.ts";
import { createGeminiProvider } from "../../../../src/providers/gemini/index.ts";
import { expectEventOrder } from "../../../support/expect-event-order.ts";
import {
  collectEvents,
  jsonResponse,
  type PlayedResponse,
  playAnswer,
  sseResponse,
} from "../../../support/play-response.ts";
import { SPLITS } from "../../../support/split-bytes.ts";
import { sseText } from "../../../support/sse-text.ts";

const ENV = { GEMINI_API_KEY: "key", GEMINI_BASE_URL: "http://gemini.test" };

function open(response: PlayedResponse, stream = true) {
  return playAnswer((deps) => createGeminiProvider(ENV, deps), response, {
    model: { id: "gemini-asked" },
    stream,
  });
}

function sse(...chunks: unknown[]): string {
  return sseText(chunks, "\r\n");
}

function chunk(parts: unknown[], more: object = {}, top: object = {}) {
  return {
    candidates: [{ content: { role: "model", parts }, index: 0, ...more }],
    modelVersion: "gemini-answers",
    responseId: "resp-1",
    ...top,
  };
}

async function play(...chunks: unknown[]): Promise<ChatEvent[]> {
  const events = await collectEvents(await open(sseResponse(sse(...chunks))));
  expectEventOrder(events);
  return events;
}

function withoutRaw(events: ChatEvent[]): unknown[] {
  return events.map(({ raw: _, ...event }) => event);
}

const STOP = { finishReason: "STOP" };
const STOPPED = {
  type: "end",
  finish_reason: "stop",
  raw_finish_reason: "STOP",
  usage: null,
};

describe("parts", () => {
  test("consecutive texts, and consecutive thoughts, become one part", async () => {
    const thought = (text: string) => ({ text, thought: true });
    const events = await play(
      chunk([thought("a"), thought("b")]),
      chunk([{ text: "c" }]),
      chunk([{ text: "d" }, { text: "" }], STOP),
    );
    expect(withoutRaw(events)).toEqual([
      { type: "start", id: "resp-1", model: "gemini-answers" },
      { type: "part-start", index: 0, kind: "reasoning" },
      { type: "part-delta", index: 0, delta: "a" },
      { type: "part-delta", index: 0, delta: "b" },
      { type: "part-end", index: 0 },
      { type: "part-start", index: 1, kind: "text" },
      { type: "part-delta", index: 1, delta: "c" },
      { type: "part-delta", index: 1, delta: "d" },
      { type: "part-end", index: 1 },
      STOPPED,
    ]);
  });

  test("the end of a text that is signed stays with it; a signature alone is reasoning without text", async () => {
    const sign = (value: string) => ({ thoughtSignature: value });
    const stream = await open(
      sseResponse(
        sse(
          chunk([{ text: "a" }]),
          chunk([{ text: "b", ...sign("s1") }]),
          chunk([{ text: "c" }]),
          chunk([{ text: "", ...sign("s2") }]),
          chunk([sign("s3"), { text: "", thought: true, ...sign("s4") }], STOP),
        ),
      ),
    );
    const signature = (value: string) => ({ signature: { format: "google", value } }) as const;
    expect((await foldEvents(stream)).content).toEqual([
      { type: "text", text: "ab" },
      { type: "reasoning", text: "", ...signature("s1") },
      { type: "text", text: "c" },
      { type: "reasoning", text: "", ...signature("s2") },
      { type: "reasoning", text: "", ...signature("s3") },
      { type: "reasoning", text: "", ...signature("s4"), extras: { google: { thought: true } } },
    ]);
  });

  test("parallel calls, with and without ids", async () => {
    const stream = await open(
      sseResponse(
        sse(
          chunk([
            { functionCall: { name: "f", args: { a: [1, { b: null }] } }, thoughtSignature: "s" },
            { functionCall: { id: "given", name: "g" }, partMetadata: { x: 1 } },
          ]),
          chunk([{ text: "" }], STOP),
        ),
      ),
    );
    const response = await foldEvents(stream);
    expect(response.content).toEqual([
      {
        type: "tool_call",
        id: "call_id1",
        name: "f",
        arguments: { a: [1, { b: null }] },
        signature: { format: "google", value: "s" },
      },
      {
        type: "tool_call",
        id: "given",
        name: "g",
        arguments: {},
        extras: { google: { partMetadata: { x: 1 } } },
      },
    ]);
    expect(response).toMatchObject({ finish_reason: "tool_calls", raw_finish_reason: "STOP" });
  });

  test("streamed arguments come in fragments of one JSON text", async () => {
    const call = (functionCall: object, more: object = {}) => chunk([{ functionCall, ...more }]);
    const piece = (jsonPath: string, stringValue: string, willContinue?: boolean) =>
      call({
        partialArgs: [{ jsonPath, stringValue, ...(willContinue ? { willContinue } : {}) }],
        willContinue: true,
      });
    const chunks = [
      call({ name: "cook", willContinue: true }, { thoughtSignature: "s" }),
      piece("$.steps[0].text", "Pre", true),
      piece("$.steps[0].text", 'heat "oven"', true),
      piece("$.steps[0].text", ""),
      call({
        partialArgs: [
          { jsonPath: "$.steps[0].minutes", numberValue: 5 },
          { jsonPath: "$.done", boolValue: false },
        ],
        willContinue: true,
      }),
      call({}),
      call({ name: "now", willContinue: true }),
      chunk([{ functionCall: {} }], STOP),
    ];
    const response = await foldEvents(await open(sseResponse(sse(...chunks))));
    expect(response.content).toEqual([
      {
        type: "tool_call",
        id: "call_id1",
        name: "cook",
        arguments: { steps: [{ text: 'Preheat "oven"', minutes: 5 }], done: false },
        signature: { format: "google", value: "s" },
      },
      { type: "tool_call", id: "call_id2", name: "now", arguments: {} },
    ]);
    const deltas = (await play(...chunks)).flatMap((event) =>
      event.type === "part-delta" ? [event.delta] : [],
    );
    expect(deltas[0]).toBe('{"steps":[{"text":"Pre');
  });

  test("a call whose arguments do not end is an error", async () => {
    const events = await play(chunk([{ functionCall: { name: "f", willContinue: true } }], STOP));
    expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "upstream_incomplete" } });
  });

  test("unknown parts are passed through", async () => {
    const code = { executableCode: { language: "PYTHON", code: "1" }, thoughtSignature: "s" };
    const image = { inlineData: { mimeType: "image/png", data: "AA==" } };
    const { content } = await foldEvents(
      await open(sseResponse(sse(chunk([code, image, { text: "a", future: 1 }, {}], STOP)))),
    );
    expect(content).toEqual([
      { type: "opaque", format: "google", value: code },
      { type: "opaque", format: "google", value: image },
      { type: "text", text: "a", extras: { google: { future: 1 } } },
    ]);
  });
});

describe("the end", () => {
  const REASONS: [reason: string, expected: object][] = [
    ["STOP", { type: "end", finish_reason: "stop" }],
    ["MAX_TOKENS", { type: "end", finish_reason: "length" }],
    ["CONTINUATION", { type: "end", finish_reason: "length" }],
    ["SAFETY", { type: "end", finish_reason: "content_filter" }],
    ["RECITATION", { type: "end", finish_reason: "content_filter" }],
    ["PROHIBITED_CONTENT", { type: "end", finish_reason: "content_filter" }],
    ["MODEL_ARMOR", { type: "end", finish_reason: "content_filter" }],
    [
      "MALFORMED_FUNCTION_CALL",
      { type: "error", error: { code: "upstream_error", upstreamCode: "MALFORMED_FUNCTION_CALL" } },
    ],
    ["UNEXPECTED_TOOL_CALL", { type: "error", error: { code: "upstream_error" } }],
    ["OTHER", { type: "error", error: { code: "upstream_error" } }],
    [
      "MISSING_THOUGHT_SIGNATURE",
      { type: "error", error: { code: "upstream_rejected", retryable: false } },
    ],
    ["stop", { type: "end", finish_reason: "stop" }],
    ["NEVER_HEARD_OF", { type: "end", finish_reason: "length" }],
    ["constructor", { type: "end", finish_reason: "length" }],
  ];
  for (const [reason, expected] of REASONS) {
    test(reason, async () => {
      const events = await play(chunk([{ text: "a" }], { finishReason: reason }));
      expect(events.at(-1)).toMatchObject(expected);
    });
  }

  test("a call that was not declared is a call: it can be answered like any other", async () => {
    const call = { functionCall: { name: "list_files", args: {} }, thoughtSignature: "s" };
    const stream = await open(
      sseResponse(sse(chunk([call], { finishReason: "UNEXPECTED_TOOL_CALL" }))),
    );
    expect(await foldEvents(stream)).toMatchObject({
      content: [
        {
          type: "tool_call",
          name: "list_files",
          arguments: {},
          signature: { format: "google", value: "s" },
        },
      ],
      finish_reason: "tool_calls",
      raw_finish_reason: "UNEXPECTED_TOOL_CALL",
    });
  });

  test("a blocked prompt", async () => {
    const blocked = {
      promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
      usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 },
    };
    for (const stream of [
      await open(sseResponse(sse(blocked))),
      await open(jsonResponse(blocked), false),
    ]) {
      expect(await foldEvents(stream)).toMatchObject({
        model: "gemini-asked",
        content: [],
        finish_reason: "content_filter",
        raw_finish_reason: "PROHIBITED_CONTENT",
        usage: { input_tokens: 4, output_tokens: 0, total_tokens: 4 },
        extras: { google: { promptFeedback: { blockReason: "PROHIBITED_CONTENT" } } },
      });
    }
  });

  test("usage and grounding count even after the finish reason", async () => {
    const events = await play(
      chunk([{ text: "a" }], STOP, { usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 } }),
      {
        candidates: [{ groundingMetadata: { webSearchQueries: ["q"] } }],
        usageMetadata: {
          promptTokenCount: 9,
          candidatesTokenCount: 3,
          thoughtsTokenCount: 2,
          toolUsePromptTokenCount: 5,
          cachedContentTokenCount: 1,
          totalTokenCount: 19,
        },
      },
    );
    expect(events.at(-1)).toMatchObject({
      type: "end",
      usage: {
        input_tokens: 14,
        output_tokens: 5,
        cached_input_tokens: 1,
        reasoning_tokens: 2,
        total_tokens: 19,
      },
      extras: { google: { groundingMetadata: { webSearchQueries: ["q"] } } },
    });
  });

  test("counts that Google does not give stay absent", async () => {
    const events = await play(
      chunk([{ text: "a" }], STOP, { usageMetadata: { trafficType: "ON_DEMAND" } }),
    );
    expect(events.filter(({ type }) => type === "usage")).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: "end", usage: null });
  });

  test("usage is reported at the beginning and at the end, not with every chunk", async () => {
    const count = (candidatesTokenCount: number) => ({
      usageMetadata: {
        promptTokenCount: 1,
        candidatesTokenCount,
        totalTokenCount: 1 + candidatesTokenCount,
      },
    });
    const events = await play(
      ...[1, 2, 3, 4].map((n) => chunk([{ text: "a" }], n === 4 ? STOP : {}, count(n))),
    );
    expect(
      events.flatMap((event) => (event.type === "usage" ? [event.usage.output_tokens] : [])),
    ).toEqual([1, 4]);
  });

  test("without a finish reason the answer is incomplete, streamed or whole", async () => {
    expect((await play(chunk([{ text: "a" }]))).at(-1)).toMatchObject({
      error: { code: "upstream_incomplete" },
    });
    expect(
      await open(jsonResponse(chunk([{ text: "a" }])), false).catch((thrown: unknown) => thrown),
    ).toMatchObject({
      code: "upstream_incomplete",
    });
  });
});

describe("a stream in pieces", () => {
  const bytes = new TextEncoder().encode(
    sse(
      chunk(
        [{ text: "Hm, ü…", thought: true }],
        {},
        { usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 } },
      ),
      chunk([{ text: "Hé" }]),
      chunk([
        { text: "llo 😀" },
        { functionCall: { name: "f", args: { a: "ß" } }, thoughtSignature: "s" },
      ]),
      chunk([{ text: "" }], STOP, {
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 },
      }),
    ),
  );

  test("gives the same events however it is split", async () => {
    const whole = await collectEvents(await open(sseResponse(bytes)));
    expect(whole.at(-1)).toMatchObject({ type: "end", finish_reason: "tool_calls" });
    for (const [, split] of SPLITS) {
      const events = await collectEvents(await open(sseResponse(split(bytes))));
      expectEventOrder(events);
      expect(events).toEqual(whole);
    }
  });

  test("is an error wherever it ends early", async () => {
    for (let length = 0; length < bytes.length; length++) {
      const events = await collectEvents(await open(sseResponse(bytes.slice(0, length))));
      expectEventOrder(events);
      // At the very end only the second half of a line end is missing, which does not matter.
      const expected = length === bytes.length - 1 ? "end" : "error";
      expect(events.at(-1)?.type).toBe(expected);
    }
  });
});

describe("errors within an answer", () => {
  const ERROR = { error: { code: 503, message: "overloaded: canary", status: "UNAVAILABLE" } };

  test("an error as an event", async () => {
    const events = await play(chunk([{ text: "a" }]), ERROR);
    expect(events.at(-1)).toMatchObject({
      type: "error",
      error: { code: "upstream_overloaded", upstreamStatus: 503, upstreamCode: "UNAVAILABLE" },
    });
    expect(JSON.stringify(events)).not.toContain("canary");
  });

  test("an error as a bare body, in whatever pieces", async () => {
    const text = `${sse(chunk([{ text: "a" }]))}${JSON.stringify(ERROR, null, 2)}`;
    for (const [, split] of SPLITS) {
      const events = await collectEvents(
        await open(sseResponse(split(new TextEncoder().encode(text)))),
      );
      expectEventOrder(events);
      expect(events.at(-1)).toMatchObject({
        type: "error",
        error: { code: "upstream_overloaded" },
      });
    }
  });

  test("the same after a finish reason: the error counts", async () => {
    const text = `${sse(chunk([{ text: "a" }], STOP))}${JSON.stringify(ERROR)}`;
    expect((await collectEvents(await open(sseResponse(text)))).at(-1)).toMatchObject({
      type: "error",
    });
  });

  test("an error with status 200, whole or in a list", async () => {
    for (const body of [ERROR, [ERROR]]) {
      expect(
        await open(jsonResponse(body), false).catch((thrown: unknown) => thrown),
      ).toMatchObject({
        code: "upstream_overloaded",
      });
    }
  });

  test("anything that is not the format", async () => {
    const BAD = [
      "data: [1]\n\n",
      "data: {broken\n\n",
      sse({ candidates: [5] }),
      sse(chunk(["x"])),
      sse({ candidates: [{ content: { parts: [null] } }] }),
    ];
    for (const text of BAD) {
      const events = await collectEvents(await open(sseResponse(text)));
      expect(events.at(-1)).toMatchObject({
        type: "error",
        error: { code: "upstream_invalid_response" },
      });
    }
  });

  for (const content of [
    5,
    "a",
    [{ text: "a" }],
    { parts: 5 },
    { parts: "a" },
    { parts: { text: "a" } },
  ]) {
    test(`the content ${JSON.stringify(content)} is not read as an empty one, streamed or whole`, async () => {
      const answer = { candidates: [{ content, ...STOP }] };
      expect((await play(answer)).at(-1)).toMatchObject({
        type: "error",
        error: { code: "upstream_invalid_response" },
      });
      expect(
        await open(jsonResponse(answer), false).catch((thrown: unknown) => thrown),
      ).toMatchObject({
        code: "upstream_invalid_response",
      });
    });
  }

  test("candidates that are not a list are an error too", async () => {
    const events = await play(
      { candidates: { content: { parts: [{ text: "a" }] } } },
      chunk([], STOP),
    );
    expect(events.at(-1)).toMatchObject({
      type: "error",
      error: { code: "upstream_invalid_response" },
    });
  });

  test("null and nothing at all are an empty content", async () => {
    for (const content of [undefined, null, {}, { parts: null }, { role: "model", parts: [] }]) {
      const events = await play({ candidates: null }, { candidates: [{ content, ...STOP }] });
      expect(withoutRaw(events).slice(1)).toEqual([{ type: "opaque" }, STOPPED]);
    }
  });
});

test("a second candidate is ignored", async () => {
  const second = { content: { parts: [{ text: "b" }] }, index: 1, finishReason: "SAFETY" };
  const stream = await open(
    jsonResponse({
      candidates: [{ content: { parts: [{ text: "a" }] }, index: 0, ...STOP }, second],
    }),
    false,
  );
  expect(await foldEvents(stream)).toMatchObject({
    content: [{ type: "text", text: "a" }],
    finish_reason: "stop",
  });
});

test("a whole answer keeps its body", async () => {
  const body = chunk([{ text: "a" }], STOP);
  expect((await foldEvents(await open(jsonResponse(body), false))).body).toEqual({
    format: "google",
    value: body,
  });
});
