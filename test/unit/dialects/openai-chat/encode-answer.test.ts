import { describe, expect, test } from "bun:test";
import type { ChatEvent, Warning } from "../../../../src/chat/event.ts";
import { openaiChatDialect } from "../../../../src/dialects/openai-chat/index.ts";
import { ChatError } from "../../../../src/errors/chat-error.ts";
import { ERRORS, type ErrorCode } from "../../../../src/errors/error-codes.ts";
import { createAnswerContext } from "../../../support/answer-context.ts";
import { foldAll } from "../../../support/fold-all.ts";
import { readCompletion, readCompletionStream } from "../../../support/read-completion-stream.ts";

const ASKED = {
  request: {
    messages: [],
    extras: { openai_chat: { $original: { stream_options: { include_usage: true } } } },
  },
};
const USAGE = {
  input_tokens: 5,
  output_tokens: 7,
  cached_input_tokens: 2,
  cache_write_input_tokens: 1,
  reasoning_tokens: 3,
  total_tokens: 12,
};
const WARNING: Warning = {
  code: "unsupported_parameter",
  param: "seed",
  message: "m does not support this.",
};

const EVENTS: ChatEvent[] = [
  { type: "start", id: "msg_1", model: "m" },
  { type: "part-start", index: 0, kind: "reasoning" },
  { type: "part-delta", index: 0, delta: "Hm." },
  { type: "part-end", index: 0 },
  { type: "part-start", index: 1, kind: "text" },
  { type: "part-delta", index: 1, delta: "Let me" },
  { type: "part-delta", index: 1, delta: " see." },
  { type: "part-end", index: 1 },
  { type: "part-start", index: 2, kind: "tool_call", id: "t1", name: "f" },
  { type: "part-delta", index: 2, delta: '{"a":1}' },
  { type: "part-end", index: 2 },
  { type: "usage", usage: USAGE },
  { type: "end", finish_reason: "tool_calls", raw_finish_reason: "tool_use", usage: USAGE },
];

function whole(
  events: readonly ChatEvent[],
  overrides: Parameters<typeof createAnswerContext>[1] = {},
) {
  return openaiChatDialect.encodeResponse(
    foldAll(null, events),
    createAnswerContext(null, overrides),
  );
}

function stream(
  events: readonly ChatEvent[],
  overrides: Parameters<typeof createAnswerContext>[1] = {},
): string {
  const encoder = openaiChatDialect.createStreamEncoder(createAnswerContext(null, overrides));
  return events.map((event) => encoder.encode([event])).join("");
}

function chunks(text: string) {
  return text
    .split("\n\n")
    .flatMap((block) =>
      block.startsWith("data: {") ? [JSON.parse(block.slice("data: ".length))] : [],
    );
}

describe("a whole answer", () => {
  test("is a chat.completion", () => {
    expect(whole(EVENTS, { startedAt: 1_700_000_000_999 })).toEqual({
      id: "msg_1",
      object: "chat.completion",
      created: 1_700_000_000,
      model: "m",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: "Let me see.",
            refusal: null,
            reasoning_content: "Hm.",
            tool_calls: [
              { id: "t1", type: "function", function: { name: "f", arguments: '{"a":1}' } },
            ],
          },
          logprobs: null,
          finish_reason: "tool_calls",
        },
      ],
      usage: {
        prompt_tokens: 5,
        completion_tokens: 7,
        total_tokens: 12,
        prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 1 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
    });
  });

  test("without text has null if there are calls, else an empty text; unknown counts are left out", () => {
    const [start] = EVENTS;
    const end: ChatEvent = {
      type: "end",
      finish_reason: "stop",
      raw_finish_reason: null,
      usage: { input_tokens: 1, output_tokens: 0, total_tokens: 1 },
    };
    if (!start) throw new Error("no start");
    const empty = whole([start, end]);
    expect(empty).toMatchObject({
      choices: [{ message: { content: "" } }],
      usage: { prompt_tokens: 1, completion_tokens: 0, total_tokens: 1 },
    });
    expect(Object.keys((empty as { usage: object }).usage)).toEqual([
      "prompt_tokens",
      "completion_tokens",
      "total_tokens",
    ]);
    const calls: ChatEvent[] = [
      start,
      { type: "part-start", index: 0, kind: "tool_call", id: "t", name: "f" },
      { type: "part-end", index: 0 },
      { ...end, usage: null },
    ];
    const called = whole(calls);
    expect(called).toMatchObject({
      choices: [{ message: { content: null, tool_calls: [{ function: { arguments: "{}" } }] } }],
    });
    expect(called).not.toHaveProperty("usage");
  });

  test("reports what the target did not support", () => {
    expect(whole(EVENTS, { warnings: [WARNING] })).toMatchObject({ warnings: [WARNING] });
    const response = {
      id: "c",
      model: "m",
      content: [],
      finish_reason: "stop",
      raw_finish_reason: "stop",
      usage: null,
      body: { format: "openai_chat", value: { id: "c" } },
    } as const;
    const context = createAnswerContext("openai_chat", { warnings: [WARNING] });
    expect(openaiChatDialect.encodeResponse({ ...response, content: [] }, context)).toEqual({
      id: "c",
      warnings: [WARNING],
    });
  });
});

describe("a stream", () => {
  test("has the chunks of the whole answer, and [DONE]", () => {
    const text = stream(EVENTS, ASKED);
    expect(readCompletionStream(text)).toEqual(readCompletion(whole(EVENTS)));
    const all = chunks(text);
    expect(all[0]).toEqual({
      id: "msg_1",
      object: "chat.completion.chunk",
      created: 0,
      model: "m",
      choices: [
        {
          index: 0,
          delta: { role: "assistant", content: "", refusal: null },
          logprobs: null,
          finish_reason: null,
        },
      ],
      usage: null,
    });
    expect(
      all.slice(0, -1).every(({ usage, choices }) => usage === null && choices.length === 1),
    ).toBe(true);
    expect(all.at(-2).choices[0].finish_reason).toBe("tool_calls");
    expect(all.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 5 } });
  });

  test("has no usage if it was not requested", () => {
    expect(stream(EVENTS)).not.toContain("usage");
    expect(stream(EVENTS).endsWith("data: [DONE]\n\n")).toBe(true);
  });

  test("in one batch is the same as event by event", () => {
    const encoder = openaiChatDialect.createStreamEncoder(createAnswerContext(null, ASKED));
    expect(encoder.encode(EVENTS)).toBe(stream(EVENTS, ASKED));
    expect(encoder.heartbeat).toMatch(/^: .*\n\n$/);
  });

  test("has the warnings with its finish reason", () => {
    const last = chunks(stream(EVENTS, { warnings: [WARNING] })).at(-1);
    expect(last).toMatchObject({ choices: [{ finish_reason: "tool_calls" }], warnings: [WARNING] });
  });

  test("that fails ends in an error without [DONE]", () => {
    for (const [last, code] of [
      [{ type: "error", error: new ChatError("upstream_incomplete") }, "upstream_incomplete"],
      [{ type: "cancelled" }, "cancelled"],
    ] as const) {
      const text = stream([...EVENTS.slice(0, 4), last]);
      expect(text).not.toContain("[DONE]");
      expect(chunks(text).at(-1).error).toMatchObject({ code, type: "server_error", param: null });
    }
    expect(
      chunks(stream([{ type: "error", error: new ChatError("upstream_timeout") }])),
    ).toMatchObject([{ error: { code: "upstream_timeout" } }]);
  });

  test("a late signature is still sent with its call, and with the whole answer", () => {
    const signature = { format: "google", value: "late==" } as const;
    const late = EVENTS.map(
      (event): ChatEvent =>
        event.type === "part-end" && event.index === 2 ? { ...event, signature } : event,
    );
    const read = readCompletionStream(stream(late));
    expect(JSON.stringify(read.calls[0]?.extra)).toContain("late==");
    expect(JSON.stringify(read.details)).toContain("late==");
  });
});

describe("the vendor's own stream", () => {
  const raw = (data: string) => ({ raw: { event: "", data } });
  const own: ChatEvent[] = [
    { type: "start", id: "c", model: "m", ...raw('{"n":1}') },
    { type: "opaque", ...raw('{"n":2}') },
    { type: "part-start", index: 0, kind: "text", raw: { event: "x", data: '{"n":\n3}' } },
    { type: "part-delta", index: 0, delta: "Hi" },
    { type: "part-end", index: 0, ...raw("[DONE]") },
    { type: "end", finish_reason: "stop", raw_finish_reason: "stop", usage: null },
  ];
  const encode = (events: readonly ChatEvent[], warnings: Warning[] = []) =>
    openaiChatDialect
      .createStreamEncoder(createAnswerContext("openai_chat", { warnings }))
      .encode(events);

  test("is passed through", () => {
    expect(encode(own)).toBe(
      'data: {"n":1}\n\ndata: {"n":2}\n\nevent: x\ndata: {"n":\ndata: 3}\n\ndata: [DONE]\n\n',
    );
  });

  test("gets a missing end marker", () => {
    const cut = own.map(
      (event): ChatEvent => (event.type === "part-end" ? { type: "part-end", index: 0 } : event),
    );
    expect(encode(cut).endsWith("data: 3}\n\ndata: [DONE]\n\n")).toBe(true);
  });

  test("gets our warnings before its end marker, and our error at its end", () => {
    const warned = encode(own, [WARNING]);
    expect(chunks(warned).at(-1)).toMatchObject({ choices: [], warnings: [WARNING] });
    expect(warned.endsWith("data: [DONE]\n\n")).toBe(true);
    const failed = encode([
      ...own.slice(0, 4),
      { type: "error", error: new ChatError("upstream_disconnected") },
    ]);
    expect(failed).not.toContain("[DONE]");
    expect(chunks(failed).at(-1).error.code).toBe("upstream_disconnected");
  });

  test("is our own if the answer did not come as a stream", () => {
    const text = encode(EVENTS);
    expect(readCompletionStream(text).content).toBe("Let me see.");
  });
});

describe("errors", () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    test(`${code} has OpenAI's shape`, () => {
      const { status, headers, body } = openaiChatDialect.encodeError(
        new ChatError(code, { param: "p", retryAfterSeconds: 3 }),
        "req_1",
      );
      expect(status).toBe(ERRORS[code].status);
      expect(headers).toEqual({
        "x-request-id": "req_1",
        "x-should-retry": String(ERRORS[code].retryable),
        "retry-after": "3",
      });
      expect(body).toEqual({
        error: {
          message: ERRORS[code].message,
          type: expect.any(String),
          param: "p",
          code: expect.any(String),
        },
      });
    });
  }

  test("a refusal keeps the vendor's own code", () => {
    const refused = new ChatError("upstream_rejected", { upstreamCode: "context_length_exceeded" });
    expect(openaiChatDialect.encodeError(refused, "r").body).toMatchObject({
      error: { code: "context_length_exceeded", param: null },
    });
    const typed = new ChatError("upstream_rejected", { upstreamCode: "invalid_request_error" });
    expect(openaiChatDialect.encodeError(typed, "r").body).toMatchObject({ error: { code: null } });
    expect(
      openaiChatDialect.encodeError(new ChatError("upstream_rejected"), "r").body,
    ).toMatchObject({
      error: { code: "upstream_rejected" },
    });
  });
});
