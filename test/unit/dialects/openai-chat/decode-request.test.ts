import { describe, expect, test } from "bun:test";
import { openaiChatDialect } from "../../../../src/dialects/openai-chat/index.ts";
import { ChatError } from "../../../../src/errors/chat-error.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";

const HI = { role: "user", content: "Hi" };

function decode(body: JsonObject) {
  return openaiChatDialect.decodeRequest({ model: "m", messages: [HI], ...body }, new Headers());
}

function decodeMessage(message: JsonObject) {
  return decode({ messages: [message] }).messages[0];
}

function refusal(body: unknown): ChatError {
  try {
    openaiChatDialect.decodeRequest(body, new Headers());
  } catch (thrown) {
    if (thrown instanceof ChatError) return thrown;
    throw thrown;
  }
  throw new Error("the request was taken");
}

describe("a request", () => {
  test("maps to the chat model everything that it can express", () => {
    expect(
      decode({
        stream: true,
        temperature: 0.5,
        top_p: 0.9,
        max_tokens: 10,
        stop: ["END"],
        seed: 7,
        parallel_tool_calls: false,
        metadata: { app: "test" },
        tools: [
          {
            type: "function",
            function: { name: "f", description: "d", parameters: { type: "object" }, strict: true },
          },
        ],
        tool_choice: "required",
      }),
    ).toEqual({
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 10,
      stop: ["END"],
      seed: 7,
      parallel_tool_calls: false,
      metadata: { app: "test" },
      tools: [{ name: "f", description: "d", parameters: { type: "object" }, strict: true }],
      tool_choice: "required",
    });
  });

  test("null means absent", () => {
    const nulls = Object.fromEntries(
      [
        "stream",
        "temperature",
        "max_tokens",
        "stop",
        "tools",
        "tool_choice",
        "response_format",
        "user",
        "reasoning_effort",
        "n",
      ].map((name) => [name, null]),
    );
    expect(decode(nulls)).toEqual({ model: "m", messages: [{ role: "user", content: "Hi" }] });
  });

  test("keeps the caller's original form", () => {
    const said = {
      max_completion_tokens: 10,
      stop: "END",
      tool_choice: { type: "function", function: { name: "f" } },
      response_format: {
        type: "json_schema",
        json_schema: { name: "n", schema: { type: "object" }, strict: true },
      },
      stream_options: { include_usage: true },
      n: 1,
      user: "u1",
      logprobs: false,
    };
    expect(decode(said)).toEqual({
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
      max_tokens: 10,
      stop: ["END"],
      tool_choice: { name: "f" },
      response_format: { type: "json_schema", name: "n", schema: { type: "object" }, strict: true },
      extras: { openai_chat: { $original: said } },
    });
  });

  test("a tuning field is an extra; an unknown field requires this format", () => {
    expect(decode({ presence_penalty: 0.5, frequency_penalty: 0 })).toMatchObject({
      extras: { openai_chat: { presence_penalty: 0.5 } },
    });
    expect(decode({ presence_penalty: 0.5 }).requires_format).toBeUndefined();
    expect(decode({ web_search_options: {} }).requires_format).toEqual({
      format: "openai_chat",
      param: "web_search_options",
    });
    expect(decode({ models: ["a", "b"] }).requires_format).toBeUndefined();
    expect(decode({ logprobs: true, top_logprobs: 2 }).requires_format?.param).toBe("logprobs");
    expect(decode({ modalities: ["text", "image"] }).requires_format?.param).toBe("modalities");
    expect(
      decode({ modalities: ["text"], logprobs: false, top_logprobs: 0 }).requires_format,
    ).toBeUndefined();
  });

  for (const [controls, reasoning] of [
    [{ reasoning_effort: "low" }, { effort: "low" }],
    [{ reasoning_effort: "default" }, {}],
    [{ reasoning: { effort: "high", exclude: true } }, { effort: "high", visible: false }],
    [{ reasoning: { max_tokens: 500 } }, { budget_tokens: 500 }],
    [{ reasoning: { enabled: true } }, {}],
    [{ reasoning: { enabled: false } }, { effort: "none" }],
    [{ thinking: { type: "disabled" } }, { effort: "none" }],
    [{ thinking: { type: "enabled", budget_tokens: 2000 } }, { budget_tokens: 2000 }],
    [{ enable_thinking: false, thinking_budget: 100 }, { effort: "none" }],
    [{ include_reasoning: false }, { visible: false }],
    [{ reasoning_format: "hidden" }, { visible: false }],
    [{ reasoning_format: "parsed" }, {}],
  ] as [JsonObject, JsonObject][]) {
    test(`reasoning is understood from ${JSON.stringify(controls)}`, () => {
      const request = decode(controls);
      expect<unknown>(request.reasoning).toEqual(reasoning);
      expect(request.extras?.openai_chat).toEqual({ $original: controls });
      expect(request.requires_format).toBeUndefined();
    });
  }
});

describe("tools", () => {
  const f = { name: "f" };

  test("with fields of other servers", () => {
    const request = decode({
      tools: [
        {
          type: "function",
          function: f,
          eager_input_streaming: true,
          cache_control: { type: "ephemeral", ttl: "1h" },
        },
      ],
    });
    expect(request.tools).toEqual([
      {
        name: "f",
        cache: { ttl: "1h" },
        extras: {
          openai_chat: {
            eager_input_streaming: true,
            $original: { cache_control: { type: "ephemeral", ttl: "1h" } },
          },
        },
      },
    ]);
  });

  test("that are not functions require this format", () => {
    const request = decode({ tools: [{ type: "function", function: f }, { type: "web_search" }] });
    expect(request.tools?.[1]).toEqual({
      type: "opaque",
      format: "openai_chat",
      value: { type: "web_search" },
    });
    expect(request.requires_format).toEqual({ format: "openai_chat", param: "tools[1]" });
  });

  test("choices: Mistral's any, and a list of allowed tools", () => {
    expect(decode({ tool_choice: "any" })).toMatchObject({
      tool_choice: "required",
      extras: { openai_chat: { $original: { tool_choice: "any" } } },
    });
    const allowed = { type: "allowed_tools", allowed_tools: { mode: "required", tools: [] } };
    expect(decode({ tool_choice: allowed })).toMatchObject({
      tool_choice: "required",
      requires_format: { param: "tool_choice" },
    });
    expect(refusal({ model: "m", messages: [HI], tool_choice: "maybe" })).toMatchObject({
      code: "invalid_request",
      param: "tool_choice",
    });
  });

  test("formats: JSON, text, and an unknown one", () => {
    expect(decode({ response_format: { type: "json_object" } }).response_format).toEqual({
      type: "json",
    });
    expect(decode({ response_format: { type: "text" } }).response_format).toEqual({ type: "text" });
    expect(decode({ response_format: { type: "grammar", grammar: "x" } })).toMatchObject({
      requires_format: { param: "response_format" },
      extras: { openai_chat: { response_format: { type: "grammar", grammar: "x" } } },
    });
    expect(
      refusal({ model: "m", messages: [HI], response_format: { type: "json_schema" } }).param,
    ).toBe("response_format.json_schema");
  });
});

describe("messages", () => {
  test("developer becomes system, and goes back as developer", () => {
    expect(decodeMessage({ role: "developer", content: "x" })).toEqual({
      role: "system",
      content: "x",
      extras: { openai_chat: { $role: "developer" } },
    });
  });

  test("with a name", () => {
    expect(decodeMessage({ role: "user", content: "x", name: "Ann" })).toEqual({
      role: "user",
      content: "x",
      extras: { openai_chat: { name: "Ann" } },
    });
  });

  test("images, as data and as URLs", () => {
    const content = [
      { type: "text", text: "Look" },
      { type: "image_url", image_url: { url: "data:image/jpeg;base64,AA==" } },
      { type: "image_url", image_url: { url: "https://a.test/b.png", detail: "low" } },
      { type: "image_url", image_url: "https://a.test/c.png" },
      { type: "image_url", image_url: { url: "data:image/png;charset=utf-8;base64,BB==" } },
    ];
    const note = { $element: true };
    expect(decodeMessage({ role: "user", content })?.content).toEqual([
      { type: "text", text: "Look", extras: { openai_chat: note } },
      { type: "image", media_type: "image/jpeg", data: "AA==", extras: { openai_chat: note } },
      {
        type: "image",
        url: "https://a.test/b.png",
        extras: { openai_chat: { ...note, $original: { image_url: content[2]?.image_url } } },
      },
      {
        type: "image",
        url: "https://a.test/c.png",
        extras: { openai_chat: { ...note, $original: { image_url: "https://a.test/c.png" } } },
      },
      {
        type: "image",
        media_type: "image/png",
        data: "BB==",
        extras: { openai_chat: { ...note, $original: { image_url: content[4]?.image_url } } },
      },
    ]);
  });

  test("files, as data; a file stored at the vendor requires this format", () => {
    const pdf = {
      type: "file",
      file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBE" },
    };
    expect(decodeMessage({ role: "user", content: [pdf] })?.content).toEqual([
      {
        type: "document",
        media_type: "application/pdf",
        data: "JVBE",
        title: "a.pdf",
        extras: { openai_chat: { $element: true } },
      },
    ]);
    const request = decode({
      messages: [{ role: "user", content: [{ type: "file", file: { file_id: "file-1" } }] }],
    });
    expect(request.messages[0]?.content).toMatchObject([{ type: "opaque", format: "openai_chat" }]);
    expect(request.requires_format?.param).toBe("messages[0].content[0].file");
  });

  test("speech and unknown elements require this format", () => {
    const audio = { type: "input_audio", input_audio: { data: "AA==", format: "wav" } };
    const request = decode({ messages: [HI, { role: "user", content: [audio] }] });
    expect(request.messages[1]?.content).toEqual([
      { type: "opaque", format: "openai_chat", value: audio },
    ]);
    expect(request.requires_format).toEqual({
      format: "openai_chat",
      param: "messages[1].content[0]",
    });
  });

  test("cache hints in OpenRouter's form", () => {
    const content = [{ type: "text", text: "x", cache_control: { type: "ephemeral" } }];
    expect(decodeMessage({ role: "user", content })?.content).toEqual([
      {
        type: "text",
        text: "x",
        cache: {},
        extras: {
          openai_chat: { $element: true, $original: { cache_control: { type: "ephemeral" } } },
        },
      },
    ]);
  });

  test("tool results", () => {
    expect(decodeMessage({ role: "tool", tool_call_id: "t1", content: "ok", name: "f" })).toEqual({
      role: "tool",
      content: [
        {
          type: "tool_result",
          tool_call_id: "t1",
          name: "f",
          content: "ok",
          extras: { openai_chat: { $original: { name: "f" } } },
        },
      ],
    });
    expect(
      decodeMessage({ role: "tool", tool_call_id: "t1", content: [{ type: "text", text: "ok" }] }),
    ).toMatchObject({
      content: [{ content: [{ type: "text", text: "ok" }] }],
    });
  });
});

describe("earlier answers", () => {
  const call = { id: "t1", type: "function", function: { name: "f", arguments: '{"a": 1}' } };
  const part = {
    type: "tool_call",
    id: "t1",
    name: "f",
    arguments: { a: 1 },
    arguments_text: '{"a": 1}',
  };

  test("a text", () => {
    expect(
      decodeMessage({ role: "assistant", content: "Hi", refusal: null, annotations: [] }),
    ).toEqual({
      role: "assistant",
      content: "Hi",
      extras: { openai_chat: { $original: { refusal: null, annotations: [] } } },
    });
  });

  test("calls, with content null, absent or empty", () => {
    const decoded = (content: JsonObject) =>
      decodeMessage({ role: "assistant", ...content, tool_calls: [call] });
    expect<unknown>(decoded({ content: null })).toEqual({ role: "assistant", content: [part] });
    expect<unknown>(decoded({})).toEqual({
      role: "assistant",
      content: [part],
      extras: { openai_chat: { $content: "absent" } },
    });
    expect<unknown>(decoded({ content: "" })).toEqual({
      role: "assistant",
      content: [part],
      extras: { openai_chat: { $original: { content: "" } } },
    });
  });

  test("a call without an id requires this format, an empty object instead of audio does not", () => {
    const nameless = { ...call, id: "" };
    expect(
      decode({ messages: [{ role: "assistant", tool_calls: [nameless] }] }).requires_format?.param,
    ).toBe("messages[0].tool_calls[0].id");
    const earlier = (audio: JsonObject) =>
      decode({ messages: [{ role: "assistant", content: "a", audio }] });
    expect(earlier({ id: "audio_1" }).requires_format?.param).toBe("messages[0].audio");
    expect(earlier({ id: "", data: "", expires_at: 0 }).requires_format).toBeUndefined();
  });

  test("reasoning from either field, before text and calls", () => {
    for (const field of ["reasoning", "reasoning_content"]) {
      expect<unknown>(
        decodeMessage({ role: "assistant", content: "Hi", [field]: "Hm", tool_calls: [call] })
          ?.content,
      ).toEqual([
        { type: "reasoning", text: "Hm", extras: { openai_chat: { $field: field } } },
        { type: "text", text: "Hi" },
        part,
      ]);
    }
  });

  test("empty reasoning is not a part, but goes back to a server that wants it", () => {
    expect(decodeMessage({ role: "assistant", content: "Hi", reasoning_content: "" })).toEqual({
      role: "assistant",
      content: "Hi",
      extras: { openai_chat: { $original: { reasoning_content: "" } } },
    });
  });

  test("OpenRouter's details are a signature of this format", () => {
    const details = [{ type: "reasoning.text", text: "Hm", signature: "s" }];
    expect(
      decodeMessage({ role: "assistant", content: "Hi", reasoning_details: details })?.content,
    ).toMatchObject([
      {
        type: "reasoning",
        text: "Hm",
        signature: { format: "openai_chat", value: JSON.stringify(details) },
      },
      { type: "text", text: "Hi" },
    ]);
  });

  test("Mistral's thinking elements, and a refusal", () => {
    const thinking = {
      type: "thinking",
      thinking: [
        { type: "text", text: "H" },
        { type: "text", text: "m" },
      ],
    };
    expect(
      decodeMessage({ role: "assistant", content: [thinking, { type: "text", text: "Hi" }] })
        ?.content,
    ).toMatchObject([
      { type: "reasoning", text: "Hm" },
      { type: "text", text: "Hi" },
    ]);
    expect(decodeMessage({ role: "assistant", refusal: "No." })?.content).toEqual([
      { type: "text", text: "No.", refusal: true },
    ]);
  });

  test("what this server embeds must come back unchanged", () => {
    const damaged = (data: string) => ({
      model: "m",
      messages: [
        {
          role: "assistant",
          content: "Hi",
          reasoning_details: [{ type: "reasoning.encrypted", data }],
        },
      ],
    });
    for (const data of ["ai-server:1:[{", 'ai-server:1:[{"oops":1}]']) {
      expect(refusal(damaged(data))).toMatchObject({
        code: "invalid_request",
        param: "messages[0].reasoning_details[0].data",
      });
    }
  });
});

describe("refuses", () => {
  const call = { name: "f", arguments: "{}" };
  for (const [body, code, param] of [
    [{ n: 2 }, "unsupported_parameter", "n"],
    [{ functions: [] }, "unsupported_parameter", "functions"],
    [{ function_call: "auto" }, "unsupported_parameter", "function_call"],
    [
      { messages: [HI, { role: "function", name: "f", content: "x" }] },
      "unsupported_parameter",
      "messages[1].role",
    ],
    [
      { messages: [{ role: "assistant", content: null, function_call: call }] },
      "unsupported_parameter",
      "messages[0].function_call",
    ],
    [{ model: undefined }, "invalid_request", "model"],
    [{ messages: [] }, "invalid_request", "messages"],
    [{ messages: [{ role: "bot", content: "x" }] }, "invalid_request", "messages[0].role"],
    [{ messages: [{ role: "user" }] }, "invalid_request", "messages[0].content"],
    [{ messages: [{ role: "tool", content: "x" }] }, "invalid_request", "messages[0].tool_call_id"],
    [
      {
        messages: [
          {
            role: "user",
            content: [{ type: "image_url", image_url: { url: "data:image/png,raw" } }],
          },
        ],
      },
      "invalid_request",
      "messages[0].content[0].image_url.url",
    ],
    [
      {
        messages: [
          {
            role: "user",
            content: [{ type: "image_url", image_url: { url: "file:///etc/passwd" } }],
          },
        ],
      },
      "invalid_request",
      "messages[0].content[0].image_url.url",
    ],
    [
      { messages: [{ role: "user", content: [{ type: "text" }] }] },
      "invalid_request",
      "messages[0].content[0].text",
    ],
    [{ temperature: 3 }, "invalid_request", "temperature"],
    [{ max_tokens: 0 }, "invalid_request", "max_tokens"],
    [{ tools: [{ type: "function" }] }, "invalid_request", "tools[0].function"],
  ] as [JsonObject, string, string][]) {
    test(JSON.stringify(body).slice(0, 90), () => {
      expect<JsonObject>({ ...refusal({ model: "m", messages: [HI], ...body }) }).toMatchObject({
        code,
        param,
      });
    });
  }

  test("a body that is not an object", () => {
    expect(refusal("text").code).toBe("invalid_request");
    expect(refusal(null).code).toBe("invalid_request");
  });
});
