import { describe, expect, test } from "bun:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, isStepCount, jsonSchema, streamText, tool } from "ai";
import { APIError, RateLimitError } from "openai";
import { OpenAI } from "openai/client";
import type { ChatEvent } from "../../src/chat/event.ts";
import { foldBatches } from "../../src/chat/fold-events.ts";
import type { Part } from "../../src/chat/part.ts";
import { openaiChatDialect } from "../../src/dialects/openai-chat/index.ts";
import { ChatError } from "../../src/errors/chat-error.ts";
import {
  createDialectServer,
  type DialectServer,
  type ScriptedAnswer,
} from "../support/dialect-server.ts";
import { rejectionOf } from "../support/rejection.ts";

const USAGE = { input_tokens: 5, output_tokens: 7, total_tokens: 12 };

function callEvents(index: number, id: string, city: string, signature?: string): ChatEvent[] {
  return [
    { type: "part-start", index, kind: "tool_call", id, name: "weather" },
    { type: "part-delta", index, delta: '{"city":' },
    { type: "part-delta", index, delta: `${JSON.stringify(city)}}` },
    {
      type: "part-end",
      index,
      ...(signature ? { signature: { format: "google", value: signature } } : {}),
    },
  ];
}

function reasoningEvents(
  index: number,
  texts: readonly string[],
  signature: { format: "anthropic" | "openai_responses"; value: string; id?: string },
): ChatEvent[] {
  return [
    { type: "part-start", index, kind: "reasoning" },
    ...texts.map((delta): ChatEvent => ({ type: "part-delta", index, delta })),
    { type: "part-end", index, signature },
  ];
}

function textEvents(index: number, texts: readonly string[]): ChatEvent[] {
  return [
    { type: "part-start", index, kind: "text" },
    ...texts.map((delta): ChatEvent => ({ type: "part-delta", index, delta })),
    { type: "part-end", index },
  ];
}

const END: ChatEvent = {
  type: "end",
  finish_reason: "tool_calls",
  raw_finish_reason: "x",
  usage: USAGE,
};

/** First turns of vendors that sign, with each part in a batch of its own, as they stream. */
const FIRST_TURNS: Readonly<Record<string, ChatEvent[][]>> = {
  "Claude, thinking twice": [
    [{ type: "start", id: "msg_1", model: "claude" }],
    reasoningEvents(0, ["Two ", "cities."], { format: "anthropic", value: "sig-1==" }),
    textEvents(1, ["I will ", "look."]),
    reasoningEvents(2, ["Paris first."], { format: "anthropic", value: "sig-2==" }),
    callEvents(3, "toolu_1", "Paris"),
    callEvents(4, "toolu_2", "Oslo"),
    [END],
  ],
  "Claude, thinking hidden": [
    [{ type: "start", id: "msg_2", model: "claude" }],
    [
      { type: "part-start", index: 0, kind: "reasoning", redacted: true },
      { type: "part-end", index: 0, signature: { format: "anthropic", value: "hidden==" } },
    ],
    callEvents(1, "toolu_3", "Paris"),
    [END],
  ],
  "Gemini, a signed call": [
    [{ type: "start", id: "g_1", model: "gemini" }],
    callEvents(0, "call_1", "Paris", "thought-sig=="),
    callEvents(1, "call_2", "Oslo"),
    [END],
  ],
  "OpenAI, an encrypted item": [
    [{ type: "start", id: "resp_1", model: "gpt" }],
    reasoningEvents(0, ["Summary."], { format: "openai_responses", value: "gAAA", id: "rs_1" }),
    callEvents(1, "call_3", "Paris"),
    [END],
  ],
  "DeepSeek, no signature": [
    [{ type: "start", id: "d_1", model: "deepseek" }],
    [
      {
        type: "part-start",
        index: 0,
        kind: "reasoning",
        extras: { openai_chat: { $field: "reasoning_content" } },
      },
      { type: "part-delta", index: 0, delta: "Hm." },
      { type: "part-end", index: 0 },
    ],
    callEvents(1, "call_4", "Paris"),
    [END],
  ],
};

const SECOND_TURN: ChatEvent[][] = [
  [{ type: "start", id: "a_2", model: "m" }],
  textEvents(0, ["It is ", "sunny."]),
  [{ type: "end", finish_reason: "stop", raw_finish_reason: "end_turn", usage: USAGE }],
];

const PARAMETERS = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
} as const;
const QUESTION = "How is the weather in Paris and in Oslo?";

function contentOf(turn: readonly (readonly ChatEvent[])[]): Part[] {
  return foldBatches(turn, null).content;
}

function openai(server: DialectServer): OpenAI {
  return new OpenAI({
    apiKey: "token",
    baseURL: "http://server.test/v1",
    fetch: server.fetch,
    maxRetries: 0,
  });
}

/** The text of the second turn, after the tools were called. */
type Loop = (server: DialectServer) => Promise<string | null>;

const TOOLS = [
  { type: "function" as const, function: { name: "weather", parameters: PARAMETERS } },
];

async function openaiWhole(server: DialectServer): Promise<string | null> {
  const client = openai(server);
  const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [{ role: "user", content: QUESTION }];
  const first = await client.chat.completions.create({ model: "m", messages, tools: TOOLS });
  const message = first.choices[0]?.message;
  if (!message) throw new Error("there is no message");
  messages.push(message);
  for (const { id } of message.tool_calls ?? [])
    messages.push({ role: "tool", tool_call_id: id, content: "sunny" });
  const second = await client.chat.completions.create({ model: "m", messages, tools: TOOLS });
  return second.choices[0]?.message.content ?? null;
}

async function openaiStream(server: DialectServer): Promise<string | null> {
  const client = openai(server);
  const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [{ role: "user", content: QUESTION }];
  const first = await client.chat.completions
    .stream({ model: "m", messages, tools: TOOLS })
    .finalMessage();
  messages.push(first);
  for (const { id } of first.tool_calls ?? [])
    messages.push({ role: "tool", tool_call_id: id, content: "sunny" });
  return (
    await client.chat.completions.stream({ model: "m", messages, tools: TOOLS }).finalMessage()
  ).content;
}

function aiSettings(server: DialectServer) {
  const provider = createOpenAICompatible({
    name: "ours",
    baseURL: "http://server.test/v1",
    apiKey: "token",
    fetch: server.fetch as typeof fetch,
  });
  return {
    model: provider("m"),
    prompt: QUESTION,
    maxRetries: 0,
    stopWhen: isStepCount(2),
    tools: {
      weather: tool({
        inputSchema: jsonSchema<{ city: string }>({ ...PARAMETERS, required: ["city"] }),
        execute: async () => "sunny",
      }),
    },
  };
}

const LOOPS: Readonly<Record<string, Loop>> = {
  "openai, whole": openaiWhole,
  "openai, streamed": openaiStream,
  "ai with @ai-sdk/openai-compatible, whole": async (server) =>
    (await generateText(aiSettings(server))).text,
  "ai with @ai-sdk/openai-compatible, streamed": async (server) =>
    streamText(aiSettings(server)).text,
};

describe("a tool loop of two turns keeps the vendor's signatures", () => {
  for (const [client, loop] of Object.entries(LOOPS)) {
    for (const [name, turn] of Object.entries(FIRST_TURNS)) {
      test(`${client}: ${name}`, async () => {
        const server = createDialectServer(openaiChatDialect, [turn, SECOND_TURN]);
        expect(await loop(server)).toBe("It is sunny.");
        const messages = server.requests[1]?.messages ?? [];
        const assistant = messages.find(({ role }) => role === "assistant");
        expect(assistant?.content).toEqual(contentOf(turn));
        const results = messages
          .flatMap(({ content }) => (typeof content === "string" ? [] : content))
          .filter((part) => part.type === "tool_result");
        expect(results.map((part) => part.tool_call_id)).toEqual(
          contentOf(turn).flatMap((part) => (part.type === "tool_call" ? [part.id] : [])),
        );
      });
    }
  }
});

describe("openai's client recognizes failures", () => {
  const failing: ScriptedAnswer = [
    [{ type: "start", id: "m_1", model: "m" }],
    textEvents(0, ["Half an ans"]),
    [{ type: "error", error: new ChatError("upstream_overloaded") }],
  ];

  test("a stream that fails halfway is an error, not a short answer", async () => {
    const server = createDialectServer(openaiChatDialect, [failing]);
    const stream = await openai(server).chat.completions.create({
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
    });
    let text = "";
    const error = await rejectionOf(
      (async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      })(),
    );
    expect(text).toBe("Half an ans");
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ code: "upstream_overloaded", type: "server_error" });
  });

  test("the same in the AI SDK", async () => {
    const server = createDialectServer(openaiChatDialect, [failing]);
    const { tools: _tools, ...settings } = aiSettings(server);
    const errors: unknown[] = [];
    const result = streamText({ ...settings, onError: ({ error }) => void errors.push(error) });
    expect(await result.finishReason).toBe("error");
    expect(errors.length).toBe(1);
  });

  test("a limit is a RateLimitError that says how long to wait", async () => {
    const limited = new ChatError("upstream_rate_limited", { retryAfterSeconds: 7 });
    const server = createDialectServer(openaiChatDialect, [limited]);
    const error = await rejectionOf(
      openai(server).chat.completions.create({
        model: "m",
        messages: [{ role: "user", content: "Hi" }],
      }),
    );
    if (!(error instanceof RateLimitError)) throw error;
    expect(error.status).toBe(429);
    expect(error.code).toBe("rate_limit_exceeded");
    expect(error.headers.get("retry-after")).toBe("7");
    expect(error.requestID).toBe("req_test");
  });

  test("what is not retryable is not retried", async () => {
    const used = new ChatError("upstream_quota_exhausted");
    const server = createDialectServer(openaiChatDialect, [used, used]);
    const client = new OpenAI({
      apiKey: "token",
      baseURL: "http://server.test/v1",
      fetch: server.fetch,
    });
    const error = await rejectionOf(
      client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "Hi" }] }),
    );
    expect(error).toMatchObject({ status: 429, code: "insufficient_quota" });
    expect(server.requests.length).toBe(1);
  });
});
