import { describe, expect, test } from "bun:test";
import { decodeRequest as decode } from "../../../../src/dialects/chat/decode-request.ts";
import { ChatError } from "../../../../src/errors/chat-error.ts";

const decodeRequest = (body: unknown, headers = {}) => decode(body, new Headers(headers));

const HI = { role: "user", content: "Hi" } as const;

function refusal(body: unknown): { code: string; param: string | undefined; message: string } {
  try {
    decodeRequest(body);
  } catch (error) {
    if (error instanceof ChatError)
      return { code: error.code, param: error.param, message: error.message };
    throw error;
  }
  throw new Error("it was accepted");
}

describe("decodeRequest of the native dialect", () => {
  test("takes the simplest call, in which null means absent", () => {
    expect(decodeRequest({ provider: "claude", messages: [HI], model: null })).toEqual({
      provider: "claude",
      messages: [HI],
      stream: false,
    });
  });

  test("keeps a null that belongs to the caller's own data", () => {
    const tool = { name: "t", parameters: { type: "object", default: null } };
    const call = { type: "tool_call", id: "1", name: "t", arguments: { a: null }, cache: null };
    expect(
      decodeRequest({ messages: [HI, { role: "assistant", content: [call] }], tools: [tool] }),
    ).toEqual({
      messages: [
        HI,
        {
          role: "assistant",
          content: [{ type: "tool_call", id: "1", name: "t", arguments: { a: null } }],
        },
      ],
      tools: [tool],
      stream: false,
    });
  });

  test("keeps the extras of an earlier message that is not one of our answers", () => {
    const prefill = {
      role: "assistant",
      content: "{",
      extras: { openai_chat: { prefix: true } },
    } as const;
    expect(decodeRequest({ messages: [HI, prefill] }).messages).toEqual([HI, prefill]);
  });

  test("takes one of our answers as the next message, without what describes it", () => {
    const content = [
      { type: "reasoning", text: "…", signature: { format: "anthropic", value: "abc==" } },
      { type: "text", text: "Hello" },
    ] as const;
    const answer = {
      ...{
        id: "msg_1",
        request_id: "r",
        role: "assistant",
        provider: "claude",
        model: "m",
        text: "Hello",
        content,
        tool_calls: [],
      },
      ...{
        finish_reason: "stop",
        raw_finish_reason: "end_turn",
        usage: { input_tokens: 1 },
        usage_complete: true,
        cost: null,
      },
      ...{ warnings: [], attempts: [], extras: { anthropic: { container: { id: "c_1" } } } },
    };
    expect(decodeRequest({ messages: [HI, answer, HI] }).messages).toEqual([
      HI,
      { role: "assistant", content: [...content] },
      HI,
    ]);
  });

  test("takes a tool result in its flat form", () => {
    expect(
      decodeRequest({ messages: [HI, { role: "tool", tool_call_id: "1", content: "42" }] })
        .messages[1],
    ).toEqual({
      role: "tool",
      content: [{ type: "tool_result", tool_call_id: "1", content: "42" }],
    });
  });

  test("takes one stop text without a list", () => {
    expect(decodeRequest({ messages: [HI], stop: "\n" }).stop).toEqual(["\n"]);
  });

  test("streams if the body says so, or else if event streams are accepted", () => {
    const accept = { accept: "text/event-stream" };
    const streamed = (body: object, headers = {}) =>
      decodeRequest({ messages: [HI], ...body }, headers).stream;
    expect([
      streamed({}),
      streamed({ stream: true }),
      streamed({}, accept),
      streamed({ stream: false }, accept),
    ]).toEqual([false, true, true, false]);
  });

  test.each([
    [{}, "messages", "messages: is required."],
    [{ messages: [] }, "messages", undefined],
    [[], "", undefined],
    [null, "", undefined],
    ["text", "", undefined],
    [{ messages: [HI], temprature: 1 }, "temprature", "Unknown field: temprature."],
    [{ messages: [HI], base_url: "http://127.0.0.1" }, "base_url", undefined],
    [{ messages: [HI], api_key: "k" }, "api_key", undefined],
    [{ messages: [{ ...HI, name: "x" }] }, "messages[0].name", undefined],
    [{ messages: [{ role: "robot", content: "x" }] }, "messages[0].role", undefined],
    [
      { messages: [{ rol: "user", content: "x" }] },
      "messages[0].role",
      "messages[0].role: is required.",
    ],
    [
      { messages: [{ role: "user", content: 1 }] },
      "messages[0].content",
      "messages[0].content: expected string, or expected array.",
    ],
    [{ messages: [{ role: "user" }] }, "messages[0].content", "messages[0].content: is required."],
    [
      { messages: [{ role: "user", content: null }] },
      "messages[0].content",
      "messages[0].content: is required.",
    ],
    [{ messages: [{ role: "user", content: [{ type: "text", txt: "x" }] }] }, undefined, undefined],
    [
      { messages: [{ role: "user", content: [{ type: "image", media: "x" }] }] },
      "messages[0].content[0].media",
      undefined,
    ],
    [
      {
        messages: [
          {
            role: "user",
            content: [{ type: "image_url", image_url: { url: "https://a.example/b.png" } }],
          },
        ],
      },
      "messages[0].content[0].type",
      "messages[0].content[0].type: Invalid option: expected 'text' | 'image' | 'document' | 'reasoning' | 'tool_call' | 'tool_result' | 'opaque'.",
    ],
    [{ messages: [HI, null] }, "messages[1]", undefined],
    [{ messages: [HI], temperature: "hot" }, "temperature", undefined],
    [{ messages: [HI], max_tokens: 0 }, "max_tokens", undefined],
    [{ messages: [HI], tools: [{ name: "t", params: {} }] }, "tools[0].params", undefined],
    [
      { messages: [HI], tools: [{ type: "function", function: { name: "t" } }] },
      "tools[0].name",
      "tools[0].name: is required.",
    ],
    [
      { messages: [HI], response_format: { type: "json_schema" } },
      "response_format.schema",
      undefined,
    ],
  ] as const)("refuses %j and names the field", (body, param, message) => {
    const refused = refusal(body);
    expect(refused.code).toBe("invalid_request");
    if (param !== undefined) expect(refused.param).toBe(param);
    if (message !== undefined) expect(refused.message).toBe(message);
  });
});
