import { describe, expect, test } from "bun:test";
import type { Message } from "../../../../src/chat/message.ts";
import type { Part } from "../../../../src/chat/part.ts";
import type { ChatRequest } from "../../../../src/chat/request.ts";
import { encodeRequest } from "../../../../src/formats/openai-chat/encode-request.ts";
import { type QuirkSettings, quirksSchema } from "../../../../src/formats/openai-chat/quirks.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";
import { createTestCall } from "../../../support/play-response.ts";

const HI: Message = { role: "user", content: "Hi" };

function encode(request: Partial<ChatRequest>, quirks: QuirkSettings = {}, stream = false) {
  const call = createTestCall({ messages: [HI], ...request }, { model: { id: "m" }, stream });
  const { body, addedUsage } = encodeRequest(call, quirksSchema.parse(quirks));
  const sent: JsonObject = JSON.parse(JSON.stringify(body));
  return { sent, addedUsage, warnings: call.warnings };
}

/** The wire messages for this message. */
function encodeMessage(message: Message, quirks: QuirkSettings = {}) {
  const { sent, warnings } = encode({ messages: [message] }, quirks);
  return { messages: sent.messages as unknown[], warnings };
}

describe("parameters", () => {
  test("keep their names", () => {
    const { sent, warnings } = encode({
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 10,
      stop: ["END"],
      seed: 7,
      parallel_tool_calls: false,
      metadata: { app: "test" },
      tools: [{ name: "f", description: "d", parameters: { type: "object" }, strict: true }],
      tool_choice: "required",
      reasoning: { effort: "low" },
      response_format: { type: "json" },
    });
    expect(sent).toEqual({
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
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
      reasoning_effort: "low",
      response_format: { type: "json_object" },
    });
    expect(warnings).toEqual([]);
  });

  test("a chosen tool and a schema", () => {
    const { sent } = encode({
      tool_choice: { name: "f" },
      response_format: {
        type: "json_schema",
        name: "n",
        description: "d",
        schema: { type: "object" },
        strict: true,
      },
    });
    expect(sent.tool_choice).toEqual({ type: "function", function: { name: "f" } });
    expect(sent.response_format).toEqual({
      type: "json_schema",
      json_schema: { name: "n", description: "d", schema: { type: "object" }, strict: true },
    });
    expect(encode({ response_format: { type: "text" } }).sent.response_format).toEqual({
      type: "text",
    });
  });

  test("the token limit has the server's name for it", () => {
    const said = { openai_chat: { $original: { max_completion_tokens: 10 } } };
    expect(encode({ max_tokens: 10, extras: said }).sent).toMatchObject({
      max_completion_tokens: 10,
    });
    expect(encode({ max_tokens: 10, extras: said }).sent.max_tokens).toBeUndefined();
    expect(
      encode({ max_tokens: 10, extras: said }, { max_tokens_field: "max_tokens" }).sent,
    ).toMatchObject({ max_tokens: 10 });
    expect(
      encode({ max_tokens: 10 }, { max_tokens_field: "max_completion_tokens" }).sent,
    ).toMatchObject({
      max_completion_tokens: 10,
    });
  });

  test("the seed has the server's name for it", () => {
    expect(encode({ seed: 7 }, { seed_field: "random_seed" }).sent).toMatchObject({
      random_seed: 7,
    });
  });

  test("an unsupported schema goes into a system message, with a warning", () => {
    const { sent, warnings } = encode(
      { response_format: { type: "json_schema", schema: { type: "object" } } },
      { json_schema: "as_json" },
    );
    expect(sent.response_format).toEqual({ type: "json_object" });
    expect(sent.messages).toMatchObject([
      { role: "system", content: expect.stringMatching(/JSON Schema.*\n\{"type":"object"\}$/) },
      HI,
    ]);
    expect(warnings).toMatchObject([{ code: "adjusted_parameter", param: "response_format" }]);
  });
});

describe("streams", () => {
  test("request the usage, and report whether the caller had not", () => {
    const { sent, addedUsage } = encode({}, {}, true);
    expect(sent).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    expect(addedUsage).toBe(true);
    const extras = {
      openai_chat: {
        $original: { stream_options: { include_usage: true, include_obfuscation: false } },
      },
    };
    const asked = encode({ extras }, {}, true);
    expect(asked.sent.stream_options).toEqual({ include_usage: true, include_obfuscation: false });
    expect(asked.addedUsage).toBe(false);
  });

  test("do not, if it is always sent", () => {
    const { sent, addedUsage } = encode({}, { stream_usage: "unasked" }, true);
    expect(sent).toEqual({ model: "m", messages: [HI], stream: true });
    expect(addedUsage).toBe(false);
  });

  test("a whole answer has stream: false only if the caller sent it, and never stream options", () => {
    const extras = { openai_chat: { stream_options: { include_usage: true } } };
    expect(encode({ extras }).sent).toEqual({ model: "m", messages: [HI] });
    expect(encode({ stream: false }).sent).toEqual({ model: "m", messages: [HI], stream: false });
  });
});

describe("reasoning", () => {
  test("is requested in the server's own way", () => {
    const reasoning = { effort: "high", visible: false } as const;
    expect(encode({ reasoning }, { reasoning_request: "reasoning" }).sent).toMatchObject({
      reasoning: { effort: "high", exclude: true },
    });
    expect(
      encode({ reasoning: { budget_tokens: 500 } }, { reasoning_request: "reasoning" }).sent
        .reasoning,
    ).toEqual({
      max_tokens: 500,
    });
    expect(encode({ reasoning }, { reasoning_request: "thinking" }).sent).toMatchObject({
      reasoning_effort: "high",
    });
    expect(
      encode({ reasoning: { effort: "none" } }, { reasoning_request: "thinking" }).sent,
    ).toEqual({
      model: "m",
      messages: [HI],
      thinking: { type: "disabled" },
    });
    expect(encode({ reasoning }, { reasoning_visible: "include_reasoning" }).sent).toMatchObject({
      reasoning_effort: "high",
      include_reasoning: false,
    });
    expect(encode({ reasoning: {} }).sent).toEqual({ model: "m", messages: [HI] });
  });

  test("an unsupported effort becomes the nearest lower one, with a warning", () => {
    const efforts = ["none", "low", "high"] as const;
    for (const [asked, sent] of [
      ["minimal", "low"],
      ["medium", "low"],
      ["max", "high"],
      ["none", "none"],
    ] as const) {
      const result = encode({ reasoning: { effort: asked } }, { efforts: [...efforts] });
      expect(result.sent.reasoning_effort).toBe(sent);
      expect(result.warnings.map(({ param }) => param)).toEqual(
        asked === sent ? [] : ["reasoning.effort"],
      );
    }
    // A caller who wants no reasoning must not get more than the minimum.
    expect(
      encode({ reasoning: { effort: "none" } }, { efforts: ["low", "high"] }).sent.reasoning_effort,
    ).toBe("low");
  });

  test("the caller's original form is kept as long as it means the same", () => {
    const extras = { openai_chat: { $original: { reasoning: { effort: "high", enabled: true } } } };
    expect(encode({ reasoning: { effort: "high" }, extras }).sent).toMatchObject({
      reasoning: { effort: "high", enabled: true },
    });
    // Lowered for this model, or dropped.
    expect(encode({ reasoning: { effort: "low" }, extras }).sent).toMatchObject({
      reasoning_effort: "low",
    });
    expect(encode({ extras }).sent).toEqual({ model: "m", messages: [HI] });
  });
});

describe("extras", () => {
  test("are overlaid, but never set the model, limits or the number of answers", () => {
    const extras = {
      openai_chat: {
        top_k: 5,
        model: "dearer",
        messages: [],
        stream: true,
        max_tokens: 1e6,
        max_completion_tokens: 1e6,
        n: 8,
      },
      anthropic: { thinking: {} },
    };
    expect(encode({ max_tokens: 10, extras }).sent).toEqual({
      model: "m",
      messages: [HI],
      max_tokens: 10,
      top_k: 5,
    });
  });

  test("of messages, tools and parts too; notes are never sent", () => {
    const { sent } = encode({
      messages: [
        {
          role: "user",
          content: "Hi",
          extras: { openai_chat: { name: "Ann", $original: { x: null } } },
        },
      ],
      tools: [
        { name: "f", extras: { openai_chat: { eager_input_streaming: true } } },
        { type: "opaque", format: "openai_chat", value: { type: "web_search" } },
      ],
    });
    expect(sent.messages).toEqual([{ role: "user", content: "Hi", name: "Ann", x: null }]);
    expect(sent.tools).toEqual([
      { type: "function", function: { name: "f" }, eager_input_streaming: true },
      { type: "web_search" },
    ]);
  });

  test("a name that starts with $ is never sent, not even from an original form", () => {
    const extras = { openai_chat: { $x: 1, $original: { $x: 2 }, top_k: 5 } };
    const { sent } = encode({
      messages: [
        { role: "user", content: [{ type: "text", text: "Hi", extras }], extras },
        {
          role: "assistant",
          content: [{ type: "tool_call", id: "c", name: "f", arguments: {}, extras }],
          extras,
        },
        {
          role: "tool",
          content: [{ type: "tool_result", tool_call_id: "c", content: "r", extras }],
          extras,
        },
      ],
      tools: [{ name: "f", extras }],
      extras,
    });
    expect(sent).toMatchObject({
      top_k: 5,
      messages: [{ top_k: 5 }, { top_k: 5 }, { top_k: 5 }],
      tools: [{ top_k: 5 }],
    });
    expect(JSON.stringify(sent)).not.toContain("$");
  });
});

describe("overlaid extras", () => {
  test("cannot bring back what comes from a message's parts", () => {
    const extras = {
      openai_chat: {
        role: "system",
        content: "other",
        tool_calls: [{ id: "x" }],
        $original: { content: "more" },
      },
    };
    expect(encodeMessage({ role: "user", content: "Hi", extras }).messages).toEqual([HI]);
    expect(encodeMessage({ role: "assistant", content: "Hi", extras }).messages).toEqual([
      { role: "assistant", content: "Hi" },
    ]);
  });

  test("cannot hold an address that is not public", () => {
    const hidden: Part[] = [
      {
        type: "image",
        url: "https://a.test/b.png",
        extras: { openai_chat: { image_url: { url: "http://169.254.169.254/" } } },
      },
      {
        type: "opaque",
        format: "openai_chat",
        value: { type: "video_url", video_url: { url: "http://localhost:1/" } },
      },
      {
        type: "opaque",
        format: "openai_chat",
        value: { type: "file", file: { file_data: "http://10.0.0.1/" } },
      },
    ];
    for (const part of hidden)
      expect(() => encodeMessage({ role: "user", content: [part] })).toThrow("not public");
    const open: Part = {
      type: "opaque",
      format: "openai_chat",
      value: {
        type: "video_url",
        video_url: { url: "https://a.test/v.mp4" },
        text: "http://10.0.0.1",
      },
    };
    expect(encodeMessage({ role: "user", content: [open] }).messages).toMatchObject([
      { content: [{ type: "video_url" }] },
    ]);
  });
});

describe("system messages", () => {
  const developer: Message = {
    role: "system",
    content: "Be brief.",
    extras: { openai_chat: { $role: "developer" } },
  };

  test("keep the caller's role if the server supports it", () => {
    expect(encodeMessage(developer).messages).toEqual([
      { role: "developer", content: "Be brief." },
    ]);
    expect(encodeMessage(developer, { system_role: "system" }).messages).toEqual([
      { role: "system", content: "Be brief." },
    ]);
    expect(
      encodeMessage({ role: "system", content: "x" }, { system_role: "developer" }).messages,
    ).toEqual([{ role: "developer", content: "x" }]);
  });
});

describe("content", () => {
  const image: Part = { type: "image", media_type: "image/png", data: "AA==" };

  test("one text is a string, several parts are a list", () => {
    expect(
      encodeMessage({ role: "user", content: [{ type: "text", text: "Hi" }] }).messages,
    ).toEqual([HI]);
    const parts: Part[] = [
      { type: "text", text: "Look" },
      image,
      { type: "image", url: "https://a.test/b.png" },
    ];
    expect(encodeMessage({ role: "user", content: parts }).messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Look" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
          { type: "image_url", image_url: { url: "https://a.test/b.png" } },
        ],
      },
    ]);
  });

  test("texts are joined for a server that takes no lists", () => {
    const content: Part[] = [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ];
    expect(encodeMessage({ role: "user", content }, { text_content: "joined" }).messages).toEqual([
      { role: "user", content: "a\nb" },
    ]);
    expect(encodeMessage({ role: "user", content }).messages).toMatchObject([
      { content: [{ text: "a" }, { text: "b" }] },
    ]);
  });

  test("documents are sent as the server takes them", () => {
    const pdf: Part = {
      type: "document",
      media_type: "application/pdf",
      data: "JVBE",
      title: "a.pdf",
    };
    const url: Part = { type: "document", url: "https://a.test/b.pdf" };
    const content = (part: Part, quirks: QuirkSettings = {}) =>
      encodeMessage({ role: "user", content: [part] }, quirks).messages;
    expect(content(pdf)).toEqual([
      {
        role: "user",
        content: [
          {
            type: "file",
            file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBE" },
          },
        ],
      },
    ]);
    expect(content(url, { documents: "file_or_url" })).toMatchObject([
      {
        content: [
          { type: "file", file: { filename: "document.pdf", file_data: "https://a.test/b.pdf" } },
        ],
      },
    ]);
    expect(content(url, { documents: "document_url" })).toMatchObject([
      { content: [{ type: "document_url", document_url: "https://a.test/b.pdf" }] },
    ]);
    expect(content(pdf, { documents: "document_url" })).toMatchObject([
      { content: [{ document_name: "a.pdf" }] },
    ]);
  });

  test("documents of text are text", () => {
    const texts: Part[] = [
      { type: "document", text: "one", title: "a.txt" },
      { type: "document", media_type: "text/plain", data: btoa("two") },
    ];
    expect(encodeMessage({ role: "user", content: texts }).messages).toMatchObject([
      {
        content: [
          { type: "text", text: "a.txt\n\none" },
          { type: "text", text: "two" },
        ],
      },
    ]);
  });

  test("cache hints go to a server that supports them; else there is one warning", () => {
    const content: Part[] = [{ type: "text", text: "Hi", cache: { ttl: "1h" } }];
    const known = encode(
      { messages: [{ role: "user", content }], cache: {}, tools: [{ name: "f", cache: {} }] },
      { cache: "cache_control" },
    );
    expect(known.sent).toMatchObject({
      messages: [
        {
          content: [{ type: "text", text: "Hi", cache_control: { type: "ephemeral", ttl: "1h" } }],
        },
      ],
      tools: [{ cache_control: { type: "ephemeral" } }],
      cache_control: { type: "ephemeral" },
    });
    const unknown = encode({ messages: [{ role: "user", content }], cache: {} });
    expect(unknown.sent).toEqual({ model: "m", messages: [HI] });
    expect(unknown.warnings).toMatchObject([{ param: "cache" }]);
    expect(encode({ cache: {} }, { cache: "automatic" }).warnings).toEqual([]);
  });
});

describe("earlier answers", () => {
  const reasoning: Part = {
    type: "reasoning",
    text: "Hm.",
    extras: { openai_chat: { $field: "reasoning" } },
  };
  const foreign: Part = { type: "reasoning", text: "Foreign." };
  const text: Part = { type: "text", text: "Hi" };
  const call: Part = { type: "tool_call", id: "call_1", name: "f", arguments: { a: 1 } };
  const wireCall = {
    id: "call_1",
    type: "function",
    function: { name: "f", arguments: '{"a":1}' },
  };
  const answer = (content: Message["content"], quirks: QuirkSettings = {}) =>
    encodeMessage({ role: "assistant", content }, quirks);

  test("texts are joined, calls are listed beside them", () => {
    expect(answer([text, { type: "text", text: "!" }, call]).messages).toEqual([
      { role: "assistant", content: "Hi!", tool_calls: [wireCall] },
    ]);
    expect(answer([call]).messages).toEqual([
      { role: "assistant", content: null, tool_calls: [wireCall] },
    ]);
    expect(answer([]).messages).toEqual([{ role: "assistant", content: "" }]);
    expect(answer("Hi").messages).toEqual([{ role: "assistant", content: "Hi" }]);
  });

  test("arguments go back verbatim, but no broken JSON, at which servers fail", () => {
    const spaced: Part = { ...call, arguments: { a: 1 }, arguments_text: '{"a": 1}' };
    expect(answer([spaced]).messages).toMatchObject([
      { tool_calls: [{ function: { arguments: '{"a": 1}' } }] },
    ]);
    const cut: Part = { ...call, arguments: {}, arguments_text: '{"a": ' };
    expect(answer([cut]).messages).toMatchObject([
      { tool_calls: [{ function: { arguments: '{"invalid_json_arguments":"{\\"a\\": "}' } }] },
    ]);
  });

  test("reasoning goes back into its original field; foreign reasoning is not sent", () => {
    expect(answer([reasoning, foreign, text]).messages).toEqual([
      { role: "assistant", content: "Hi", reasoning: "Hm." },
    ]);
    expect(answer([reasoning, text], { reasoning_replay: "reasoning_content" }).messages).toEqual([
      { role: "assistant", content: "Hi", reasoning_content: "Hm." },
    ]);
    expect(answer([reasoning, text], { reasoning_replay: "none" }).messages).toEqual([
      { role: "assistant", content: "Hi" },
    ]);
  });

  test("or into Mistral's elements", () => {
    const thinking = { type: "thinking", thinking: [{ type: "text", text: "Hm." }] };
    expect(answer([reasoning, text], { reasoning_replay: "thinking" }).messages).toEqual([
      { role: "assistant", content: [thinking, { type: "text", text: "Hi" }] },
    ]);
    const element: Part = {
      type: "reasoning",
      text: "Hm.",
      extras: { openai_chat: { $element: true } },
    };
    expect(answer([element, text]).messages).toMatchObject([
      { content: [thinking, { type: "text", text: "Hi" }] },
    ]);
  });

  test("DeepSeek gets reasoning with every call, even if empty", () => {
    const quirks = {
      reasoning_replay: "reasoning_content",
      reasoning_with_tool_calls: "required",
    } as const;
    expect(answer([reasoning, call], quirks).messages).toMatchObject([
      { reasoning_content: "Hm." },
    ]);
    expect(answer([foreign, call], quirks).messages).toMatchObject([
      { reasoning_content: "Foreign." },
    ]);
    expect(answer([call], quirks).messages).toMatchObject([{ reasoning_content: "" }]);
    expect(answer([text], quirks).messages).toEqual([{ role: "assistant", content: "Hi" }]);
  });

  test("OpenRouter's details go back unchanged, but not to a server that refuses them", () => {
    const details = [
      { type: "reasoning.encrypted", data: "gAAA", index: 0 },
      { type: "reasoning.summary", summary: "s", index: 1 },
    ];
    const signed: Part = {
      ...reasoning,
      signature: { format: "openai_chat", value: JSON.stringify(details) },
    };
    expect(answer([signed, text]).messages).toEqual([
      { role: "assistant", content: "Hi", reasoning: "Hm.", reasoning_details: details },
    ]);
    const refused = answer([signed, text], { reasoning_details: false });
    expect(refused.messages).toEqual([{ role: "assistant", content: "Hi", reasoning: "Hm." }]);
    expect(refused.warnings).toMatchObject([
      { code: "foreign_signature_dropped", param: "messages[0].content[0].signature" },
    ]);
  });

  test("a refusal is sent back as a refusal", () => {
    const refusal: Part = {
      type: "text",
      text: "No.",
      refusal: true,
    };
    expect(answer([refusal]).messages).toEqual([
      { role: "assistant", content: null, refusal: "No." },
    ]);
  });

  test("custom calls and opaque elements go back unchanged", () => {
    const custom = { id: "a", type: "custom", custom: { name: "c", input: "x" } };
    const image = { type: "image_url", image_url: { url: "https://a.test" } };
    const content: Part[] = [
      { type: "opaque", format: "openai_chat", value: image },
      { type: "opaque", format: "openai_chat", value: custom },
    ];
    expect(answer(content).messages).toEqual([
      { role: "assistant", content: [image], tool_calls: [custom] },
    ]);
  });

  test("Mistral gets ids of nine letters and digits, the same for call and result", () => {
    const messages: Message[] = [
      { role: "assistant", content: [call, { ...call, id: "abcDEF123" }] },
      { role: "tool", content: [{ type: "tool_result", tool_call_id: "call_1", content: "ok" }] },
    ];
    const { sent } = encode({ messages }, { tool_call_ids: "nine_alphanumerics" });
    const [assistant, result] = sent.messages as {
      tool_calls: { id: string }[];
      tool_call_id: string;
    }[];
    const [first, second] = assistant?.tool_calls ?? [];
    expect(first?.id).toMatch(/^[a-z0-9]{9}$/);
    expect(result?.tool_call_id).toBe(first?.id ?? "");
    expect(second?.id).toBe("abcDEF123");
  });
});

describe("tool results", () => {
  const result = (content: string | Part[], more: object = {}) =>
    ({ type: "tool_result", tool_call_id: "t1", content, ...more }) as Extract<
      Part,
      { type: "tool_result" }
    >;

  test("each becomes a message of its own, before the user's message", () => {
    const content: Part[] = [
      result("one"),
      { ...result("two"), tool_call_id: "t2" },
      { type: "text", text: "Go on" },
    ];
    expect(encodeMessage({ role: "user", content }).messages).toEqual([
      { role: "tool", tool_call_id: "t1", content: "one" },
      { role: "tool", tool_call_id: "t2", content: "two" },
      { role: "user", content: "Go on" },
    ]);
  });

  test("anything but text follows after all results of the turn", () => {
    const image: Part = { type: "image", url: "https://a.test/b.png" };
    const { sent } = encode({
      messages: [
        { role: "tool", content: [result([{ type: "text", text: "see" }, image])] },
        { role: "tool", content: [{ ...result([image]), tool_call_id: "t2" }] },
        HI,
      ],
    });
    const element = { type: "image_url", image_url: { url: "https://a.test/b.png" } };
    expect(sent.messages).toEqual([
      { role: "tool", tool_call_id: "t1", content: "see" },
      { role: "tool", tool_call_id: "t2", content: "The result follows in the next message." },
      { role: "user", content: [element, element] },
      HI,
    ]);
  });

  test("a failed tool is described in the text", () => {
    expect(
      encodeMessage({ role: "tool", content: [result("boom", { is_error: true })] }).messages,
    ).toEqual([{ role: "tool", tool_call_id: "t1", content: "Error: boom" }]);
    expect(encodeMessage({ role: "tool", content: [result([])] }).messages).toMatchObject([
      { content: "" },
    ]);
  });
});
