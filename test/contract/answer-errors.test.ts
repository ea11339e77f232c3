import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../src/chat/event.ts";
import { toChatError } from "../../src/errors/chat-error.ts";
import { createAnswerDecoder as createChatDecoder } from "../../src/formats/openai-chat/decode-answer.ts";
import { createAnswerDecoder as createClaudeDecoder } from "../../src/providers/claude/decode-answer.ts";
import { createAnswerDecoder as createGeminiDecoder } from "../../src/providers/gemini/decode-answer.ts";
import { createAnswerDecoder as createOpenaiDecoder } from "../../src/providers/openai/decode-answer.ts";
import { type AnswerDecoder, openUpstream } from "../../src/upstream/open-upstream.ts";
import {
  collectEvents,
  createTestDeps,
  jsonResponse,
  type PlayedResponse,
  playResponses,
  sseResponse,
} from "../support/play-response.ts";
import { sseText } from "../support/sse-text.ts";

const names = { model: "m", randomId: () => "1" };
const FORMATS: readonly [name: string, create: () => AnswerDecoder][] = [
  ["openai-chat", () => createChatDecoder(names)],
  ["openai-responses", () => createOpenaiDecoder(names)],
  ["anthropic-messages", () => createClaudeDecoder({ model: "m", randomId: () => "1" })],
  ["google", () => createGeminiDecoder(names)],
];

/** What vendors, and the proxies in front of them, answer with status 200. */
const ERRORS: readonly [name: string, body: object, code: string][] = [
  [
    "MiniMax's rate limit",
    { id: "1", choices: null, base_resp: { status_code: 1002, status_msg: "rate limit" } },
    "upstream_rate_limited",
  ],
  [
    "MiniMax's empty account",
    { base_resp: { status_code: 1008, status_msg: "insufficient balance" } },
    "upstream_quota_exhausted",
  ],
  [
    "MiniMax's key",
    { base_resp: { status_code: 2049, status_msg: "invalid api key" } },
    "upstream_auth",
  ],
  [
    "MiniMax's code as a text",
    { base_resp: { status_code: "1004", status_msg: "invalid api key" } },
    "upstream_auth",
  ],
  [
    "a code beside no choices",
    { choices: [], code: 1302, message: "Rate limit exceeded" },
    "upstream_rate_limited",
  ],
  ["FastAPI's detail", { detail: "Model m does not exist" }, "model_not_found"],
  [
    "FastAPI's list of details",
    { detail: [{ loc: ["body"], msg: "field is required" }] },
    "upstream_rejected",
  ],
  ["an error that is a text", { error: "Too many requests" }, "upstream_rate_limited"],
  ["an error that is a list", { error: [{ code: 503, message: "x" }] }, "upstream_overloaded"],
  [
    "an error in an error",
    { error: { error: { message: "The server is busy" } } },
    "upstream_overloaded",
  ],
  ["an error that is true", { error: true, message: "Unauthorized" }, "upstream_auth"],
  ["a list of errors", { errors: ["request timed out"] }, "upstream_timeout"],
  [
    "a code and a msg",
    { code: 1302, msg: "Rate limit reached for requests" },
    "upstream_rate_limited",
  ],
  [
    "Baidu's pair",
    { error_code: 18, error_msg: "Open api qps request limit reached, throttled" },
    "upstream_rate_limited",
  ],
  ["a pair with a status", { code: 500, msg: "internal", success: false }, "upstream_error"],
  ["a message alone", { message: "Internal server error" }, "upstream_error"],
  ["an err that is a text", { err: "server overloaded" }, "upstream_overloaded"],
  ["an err that is an object", { err: { msg: "Invalid api key" } }, "upstream_auth"],
  [
    "Apigee's fault",
    { fault: { faultstring: "Rate limit violation", detail: { errorcode: "x" } } },
    "upstream_rate_limited",
  ],
  ["no success without a word", { success: false }, "upstream_error"],
  ["a code without a word", { error_code: 336_100 }, "upstream_error"],
  [
    "Google's, as the only item of a list",
    [{ error: { code: 429, message: "Resource exhausted", status: "RESOURCE_EXHAUSTED" } }],
    "upstream_rate_limited",
  ],
  [
    "a text in Chinese",
    { code: "1113", message: "余额不足或无可用资源包,请充值。" },
    "upstream_quota_exhausted",
  ],
];

async function play(create: () => AnswerDecoder, response: PlayedResponse): Promise<ChatEvent[]> {
  const call = {
    url: "https://upstream.test/v1",
    headers: {},
    body: "{}",
    stream: true,
    signal: new AbortController().signal,
    format: null,
    createAnswerDecoder: create,
    readErrorBody: () => ({}),
  };
  try {
    return await collectEvents(
      await openUpstream(call, createTestDeps(playResponses(response).fetch)),
    );
  } catch (thrown) {
    return [{ type: "error", error: toChatError(thrown) }];
  }
}

describe.each(FORMATS)("an error with status 200 in the format %s", (_, create) => {
  test.each(ERRORS)("%s, whole, as an event and outside of events", async (_name, body, code) => {
    const forms = [
      jsonResponse(body),
      sseResponse(sseText([body])),
      sseResponse(JSON.stringify(body)),
    ];
    for (const form of forms) {
      const events = await play(create, form);
      expect(events.at(-1)).toMatchObject({ type: "error", error: { code } });
      expect(events.filter(({ type }) => type === "end")).toEqual([]);
    }
  });

  test("empty events are none", async () => {
    const [first] = await play(
      create,
      sseResponse(sseText(["", " ", "{}", "null", { error: "x" }])),
    );
    expect(first).toMatchObject({ type: "error", error: { code: "upstream_error" } });
  });
});

describe("an answer that does not say why it ended", () => {
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const content = { role: "assistant", content: "par" };
  const forms = (finish_reason: unknown, more: object): PlayedResponse[] => [
    jsonResponse({ id: "1", choices: [{ message: content, finish_reason }], ...more }),
    sseResponse(
      sseText([
        { id: "1", choices: [{ delta: content, finish_reason }] },
        { id: "1", choices: [], ...more },
        "[DONE]",
      ]),
    ),
  ];

  test.each(["", null, undefined])("%p: is whole only if it was counted", async (word) => {
    const [, create] = FORMATS[0] ?? [];
    if (!create) throw new Error("no such format");
    for (const form of forms(word, {}))
      expect((await play(create, form)).at(-1)).toMatchObject({
        type: "error",
        error: { code: "upstream_incomplete" },
      });
    for (const form of forms(word, { usage }))
      expect((await play(create, form)).at(-1)).toMatchObject({
        type: "end",
        finish_reason: "stop",
        raw_finish_reason: null,
      });
  });
});

describe("an answer that holds its own error", () => {
  const choice = {
    finish_reason: "stop",
    error: { code: 502, message: "upstream gone" },
  };
  const content = { role: "assistant", content: "par" };
  const response = { id: "r", output: [], error: { code: "server_error", message: "no" } };
  const done = { type: "response.completed", response: { ...response, status: "completed" } };
  const failed = { success: false, error_code: 1302, msg: "Rate limit reached" };
  const whole = { id: "1", choices: [{ finish_reason: "stop", message: content }] };
  const piece = { id: "1", choices: [{ finish_reason: "stop", delta: content }] };
  const cancelled = {
    type: "response.completed",
    response: { id: "r", output: [], status: "cancelled" },
  };
  const [, createChat] = FORMATS[0] ?? [];
  const [, createOpenai] = FORMATS[1] ?? [];
  test.each([
    [
      "in a choice",
      createChat,
      jsonResponse({ id: "1", choices: [{ ...choice, message: content }] }),
    ],
    [
      "in a streamed choice",
      createChat,
      sseResponse(sseText([{ id: "1", choices: [{ ...choice, delta: content }] }, "[DONE]"])),
    ],
    ["beside the choices", createChat, jsonResponse({ ...whole, ...failed })],
    ["as a code beside them", createChat, jsonResponse({ ...whole, error_code: "1302" })],
    [
      "beside streamed choices",
      createChat,
      sseResponse(sseText([{ ...piece, ...failed }, "[DONE]"])),
    ],
    [
      "in Claude's last event",
      FORMATS[2]?.[1],
      sseResponse(
        sseText([
          {
            type: "message_start",
            message: { id: "m", type: "message", role: "assistant", model: "m", content: [] },
          },
          { type: "message_delta", delta: { stop_reason: "end_turn" } },
          { type: "message_stop", success: false },
        ]),
      ),
    ],
    ["in a completed response", createOpenai, jsonResponse({ ...response, status: "completed" })],
    ["in a completed stream", createOpenai, sseResponse(sseText([done]))],
    ["as a status in a completed stream", createOpenai, sseResponse(sseText([cancelled]))],
  ] as const)("%s", async (_name, create, played) => {
    if (!create) throw new Error("no such format");
    const events = await play(create, played);
    expect(events.at(-1)?.type).toBe("error");
    expect(events.filter(({ type }) => type === "end")).toEqual([]);
  });

  test("a code of success is none", async () => {
    if (!createChat) throw new Error("no such format");
    const good = {
      success: true,
      code: 0,
      error_code: 0,
      errcode: "",
      message: "Success",
      err: null,
    };
    for (const played of [
      jsonResponse({ ...whole, ...good }),
      sseResponse(sseText([{ ...piece, ...good }, "[DONE]"])),
    ])
      expect((await play(createChat, played)).at(-1)).toMatchObject({ type: "end" });
  });

  test.each([
    [
      "Gemini's",
      FORMATS[3]?.[1],
      {
        candidates: [
          {
            content: { parts: [{ functionCall: { name: "f", args: '{"a":' } }] },
            finishReason: "STOP",
          },
        ],
      },
    ],
    [
      "Claude's",
      FORMATS[2]?.[1],
      {
        id: "m",
        type: "message",
        role: "assistant",
        model: "m",
        content: [{ type: "tool_use", id: "c", name: "f", input: '{"a":' }],
        stop_reason: "tool_use",
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    ],
    [
      "OpenAI's",
      FORMATS[1]?.[1],
      {
        id: "r",
        status: "completed",
        output: [{ type: "function_call", id: "fc", call_id: "c", name: "f", arguments: '{"a":' }],
      },
    ],
  ] as const)("%s arguments that are a text are kept as it", async (_name, create, body) => {
    if (!create) throw new Error("no such format");
    const events = await play(create, jsonResponse(body));
    const pieces = events.map((event) => (event.type === "part-delta" ? event.delta : ""));
    expect(pieces.join("")).toBe('{"a":');
  });
});

describe("arguments in another form than the documented one", () => {
  const call = { id: "c", name: "f" };
  const bodies: readonly [
    name: string,
    create: (() => AnswerDecoder) | undefined,
    of: (args: unknown) => object,
  ][] = [
    [
      "openai-chat",
      FORMATS[0]?.[1],
      (args) => ({
        id: "1",
        choices: [
          {
            message: { tool_calls: [{ id: "c", function: { name: "f", arguments: args } }] },
            finish_reason: "tool_calls",
          },
        ],
        usage: { prompt_tokens: 1, completion_tokens: 1 },
      }),
    ],
    [
      "openai-responses",
      FORMATS[1]?.[1],
      (args) => ({
        id: "r",
        status: "completed",
        output: [{ type: "function_call", call_id: "c", name: "f", arguments: args }],
      }),
    ],
    [
      "anthropic-messages",
      FORMATS[2]?.[1],
      (args) => ({
        id: "m",
        type: "message",
        role: "assistant",
        model: "m",
        content: [{ type: "tool_use", ...call, input: args }],
        stop_reason: "tool_use",
        usage: { input_tokens: 1, output_tokens: 1 },
      }),
    ],
    [
      "google",
      FORMATS[3]?.[1],
      (args) => ({
        candidates: [
          { content: { parts: [{ functionCall: { ...call, args } }] }, finishReason: "STOP" },
        ],
      }),
    ],
  ];

  test.each(bodies)("%s: is never taken for none", async (_, create, bodyOf) => {
    if (!create) throw new Error("no such format");
    for (const [args, written] of [
      [{ a: 1 }, '{"a":1}'],
      [[1], "[1]"],
      [5, "5"],
      ['{"a":', '{"a":'],
    ] as const) {
      const events = await play(create, jsonResponse(bodyOf(args)));
      const pieces = events.map((event) => (event.type === "part-delta" ? event.delta : ""));
      expect(pieces.join("")).toBe(written);
      expect(events.at(-1)).toMatchObject({ type: "end", finish_reason: "tool_calls" });
    }
  });

  test("a call without a name is an error", async () => {
    const nameless: readonly [(() => AnswerDecoder) | undefined, object][] = [
      [
        FORMATS[0]?.[1],
        {
          id: "1",
          choices: [
            {
              message: { tool_calls: [{ id: "c", function: { arguments: "{}" } }] },
              finish_reason: "tool_calls",
            },
          ],
        },
      ],
      [
        FORMATS[1]?.[1],
        { id: "r", status: "completed", output: [{ type: "function_call", call_id: "c" }] },
      ],
      [
        FORMATS[3]?.[1],
        {
          candidates: [
            { content: { parts: [{ functionCall: { args: { a: 1 } } }] }, finishReason: "STOP" },
          ],
        },
      ],
    ];
    for (const [create, body] of nameless) {
      if (!create) throw new Error("no such format");
      expect((await play(create, jsonResponse(body))).at(-1)).toMatchObject({
        type: "error",
        error: { code: "upstream_invalid_response" },
      });
    }
  });
});
