import { describe, expect, test } from "bun:test";
import type { Warning } from "../../../../src/chat/event.ts";
import type { ChatRequest } from "../../../../src/chat/request.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";
import { encodeRequest } from "../../../../src/providers/gemini/encode-request.ts";
import { encodeSchema } from "../../../../src/providers/gemini/limit-schema.ts";
import type { GenerateRequest } from "../../../../src/providers/gemini/request.ts";
import { createTestCall } from "../../../support/play-response.ts";

const HI: ChatRequest["messages"] = [{ role: "user", content: "Hi" }];

function encode(
  request: Partial<ChatRequest>,
  model = "gemini-3.5-flash",
): GenerateRequest & { warnings: Warning[] } {
  const call = createTestCall({ messages: HI, ...request }, { model: { id: model } });
  return { ...encodeRequest(call), warnings: call.warnings };
}

describe("the conversation", () => {
  test("a plain conversation", () => {
    expect(encode({})).toEqual({
      contents: [{ role: "user", parts: [{ text: "Hi" }] }],
      warnings: [],
    });
  });

  test("system messages become the instruction, late ones with a warning; consecutive messages of one role become one turn", () => {
    const { contents, systemInstruction, warnings } = encode({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "a" },
        { role: "user", content: [{ type: "text", text: "b" }] },
        { role: "assistant", content: "c" },
        { role: "system", content: "Be kind." },
        { role: "assistant", content: "d" },
      ],
    });
    expect(systemInstruction).toEqual({ parts: [{ text: "Be brief." }, { text: "Be kind." }] });
    expect(contents).toEqual([
      { role: "user", parts: [{ text: "a" }, { text: "b" }] },
      { role: "model", parts: [{ text: "c" }, { text: "d" }] },
    ]);
    expect(warnings).toMatchObject([{ code: "adjusted_parameter", param: "messages[4]" }]);
  });

  test("instructions alone are sent as the user's, with a warning", () => {
    const system = ["Be funny.", "Tell a joke."].map((content) => ({
      role: "system" as const,
      content,
    }));
    const { contents, systemInstruction, warnings } = encode({ messages: system });
    expect(contents).toEqual([{ role: "user", parts: [{ text: "Tell a joke." }] }]);
    expect(systemInstruction).toEqual({ parts: [{ text: "Be funny." }] });
    expect(warnings).toMatchObject([{ code: "adjusted_parameter", param: "messages[1].role" }]);
  });

  test("empty texts and answers are left out, unless there is nothing else", () => {
    const empty = { type: "text", text: "" } as const;
    const { contents } = encode({
      messages: [
        { role: "user", content: [empty, { type: "text", text: "a" }, empty] },
        { role: "assistant", content: "" },
        { role: "user", content: "" },
        { role: "assistant", content: [empty] },
        { role: "user", content: "b" },
      ],
    });
    expect(contents).toEqual([{ role: "user", parts: [{ text: "a" }, { text: "b" }] }]);
    expect(encode({ messages: [{ role: "user", content: "" }] }).contents).toEqual([
      { role: "user", parts: [{ text: "" }] },
    ]);
  });

  test("images, PDFs and texts, by data and by URL", () => {
    const { contents, warnings } = encode({
      messages: [
        {
          role: "user",
          content: [
            { type: "image", media_type: "image/png", data: "iVBORw0KGgo=" },
            { type: "image", url: "https://example.com/cat.JPEG?size=2" },
            { type: "image", url: "https://generativelanguage.googleapis.com/v1beta/files/abc" },
            { type: "document", media_type: "application/pdf", data: "JVBERi0=" },
            { type: "document", url: "gs://bucket/report.pdf", media_type: "application/pdf" },
            { type: "document", text: "Some notes.", title: "Notes" },
          ],
        },
      ],
    });
    expect(contents[0]?.parts).toEqual([
      { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } },
      { fileData: { fileUri: "https://example.com/cat.JPEG?size=2", mimeType: "image/jpeg" } },
      { fileData: { fileUri: "https://generativelanguage.googleapis.com/v1beta/files/abc" } },
      { inlineData: { mimeType: "application/pdf", data: "JVBERi0=" } },
      { fileData: { fileUri: "gs://bucket/report.pdf", mimeType: "application/pdf" } },
      { text: "Some notes." },
    ]);
    expect(warnings).toMatchObject([
      { code: "unsupported_parameter", param: "messages[0].content[5].title" },
    ]);
  });

  test("data without a media type is refused with its path", () => {
    expect(() =>
      encode({ messages: [{ role: "user", content: [{ type: "image", data: "AA==" }] }] }),
    ).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        param: "messages[0].content[0].media_type",
      }),
    );
  });
});

describe("tools", () => {
  const tool = {
    name: "get_weather",
    description: "Weather",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  };

  test("functions in one list, Google's own tools beside it, in their original order", () => {
    const search = { type: "opaque", format: "google", value: { googleSearch: {} } } as const;
    const { tools } = encode({
      tools: [search, tool, { name: "now", extras: { google: { behavior: "BLOCKING" } } }],
    });
    expect(tools).toEqual([
      { googleSearch: {} },
      {
        functionDeclarations: [
          { name: "get_weather", description: "Weather", parametersJsonSchema: tool.parameters },
          { name: "now", behavior: "BLOCKING" },
        ],
      },
    ]);
  });

  test("the tool choice", () => {
    const config = (tool_choice?: ChatRequest["tool_choice"], strict?: boolean) => {
      const tools = [strict === undefined ? tool : { ...tool, strict }];
      return encode({ tools, ...(tool_choice === undefined ? {} : { tool_choice }) }).toolConfig
        ?.functionCallingConfig;
    };
    expect(config()).toBeUndefined();
    expect(config("auto")).toEqual({ mode: "AUTO" });
    expect(config("none")).toEqual({ mode: "NONE" });
    expect(config("required")).toEqual({ mode: "ANY" });
    expect(config({ name: "get_weather" })).toEqual({
      mode: "ANY",
      allowedFunctionNames: ["get_weather"],
    });
    expect(config(undefined, true)).toEqual({ mode: "VALIDATED" });
    expect(config("auto", true)).toEqual({ mode: "VALIDATED" });
    expect(config("required", true)).toEqual({ mode: "ANY" });
    expect(config("auto", false)).toEqual({ mode: "AUTO" });
  });

  const CALLS: ChatRequest["messages"] = [
    ...HI,
    {
      role: "assistant",
      content: [
        {
          type: "tool_call",
          id: "c1",
          name: "get_weather",
          arguments: { city: "Oslo" },
          signature: { format: "google", value: "c2ln" },
        },
        { type: "tool_call", id: "c2", name: "now", arguments: {} },
      ],
    },
  ];

  test("parallel calls and their results, with the names found by id", () => {
    const { contents } = encode({
      messages: [
        ...CALLS,
        { role: "tool", content: [{ type: "tool_result", tool_call_id: "c2", content: "noon" }] },
        {
          role: "tool",
          content: [
            { type: "tool_result", tool_call_id: "c1", content: "no station", is_error: true },
          ],
        },
      ],
    });
    expect(contents.slice(1)).toEqual([
      {
        role: "model",
        parts: [
          {
            functionCall: { id: "c1", name: "get_weather", args: { city: "Oslo" } },
            thoughtSignature: "c2ln",
          },
          { functionCall: { id: "c2", name: "now", args: {} } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "c2", name: "now", response: { output: "noon" } } },
          {
            functionResponse: { id: "c1", name: "get_weather", response: { error: "no station" } },
          },
        ],
      },
    ]);
  });

  test("a result's images are inside it since Gemini 3, and after it before that", () => {
    const messages: ChatRequest["messages"] = [
      ...CALLS,
      {
        role: "tool",
        content: [
          {
            type: "tool_result",
            tool_call_id: "c1",
            content: [
              { type: "text", text: "a" },
              { type: "image", media_type: "image/png", data: "AA==" },
              { type: "image", url: "https://example.com/a.png" },
              { type: "text", text: "b" },
            ],
          },
        ],
      },
    ];
    const image = { inlineData: { mimeType: "image/png", data: "AA==" } };
    const file = { fileData: { fileUri: "https://example.com/a.png", mimeType: "image/png" } };
    const result = { id: "c1", name: "get_weather", response: { output: "a\nb" } };
    expect(encode({ messages }).contents.slice(2)).toEqual([
      { role: "user", parts: [{ functionResponse: { ...result, parts: [image] } }] },
      { role: "user", parts: [file] },
    ]);
    expect(encode({ messages }, "gemini-2.5-flash").contents.slice(2)).toEqual([
      { role: "user", parts: [{ functionResponse: result }] },
      { role: "user", parts: [image, file] },
    ]);
  });

  test("media that Gemini takes only in a turn follow the result", () => {
    const media = (media_type: string) => ({ type: "document", media_type, data: "AA==" }) as const;
    const types = ["audio/mpeg", "application/pdf", "image/gif", "text/plain"];
    const result = { type: "tool_result", tool_call_id: "c1", content: types.map(media) } as const;
    const inline = (mimeType: string) => ({ inlineData: { mimeType, data: "AA==" } });
    const inside = {
      response: { output: "" },
      parts: [inline("application/pdf"), inline("text/plain")],
    };
    expect(
      encode({ messages: [...CALLS, { role: "tool", content: [result] }] }).contents.slice(2),
    ).toEqual([
      { role: "user", parts: [{ functionResponse: { id: "c1", name: "get_weather", ...inside } }] },
      { role: "user", parts: [inline("audio/mpeg"), inline("image/gif")] },
    ]);
  });

  test("results are a turn of their own, before the rest of the user's message", () => {
    const result = (tool_call_id: string) =>
      ({ type: "tool_result", tool_call_id, content: tool_call_id }) as const;
    const audio = { type: "document", media_type: "audio/mpeg", data: "AA==" } as const;
    const { contents } = encode({
      messages: [
        ...CALLS,
        { role: "tool", content: [{ ...result("c1"), content: [audio] }] },
        { role: "tool", content: [result("c2")] },
        { role: "user", content: "Go on" },
      ],
    });
    expect(contents.slice(2)).toEqual([
      {
        role: "user",
        parts: [
          { functionResponse: { id: "c1", name: "get_weather", response: { output: "" } } },
          { functionResponse: { id: "c2", name: "now", response: { output: "c2" } } },
        ],
      },
      {
        role: "user",
        parts: [{ inlineData: { mimeType: "audio/mpeg", data: "AA==" } }, { text: "Go on" }],
      },
    ]);
  });

  test("a call at the beginning of the conversation follows an empty turn", () => {
    const messages = CALLS.filter(({ role }) => role === "assistant");
    expect(encode({ messages }).contents.map(({ role }) => role)).toEqual(["user", "model"]);
    expect(encode({ messages }).contents[0]).toEqual({ role: "user", parts: [{ text: "" }] });
    expect(encode({ messages: [{ role: "assistant", content: "a" }] }).contents).toEqual([
      { role: "model", parts: [{ text: "a" }] },
    ]);
  });

  test("a result without a call needs the tool's name", () => {
    const result = { type: "tool_result", tool_call_id: "x", content: "1" } as const;
    expect(() => encode({ messages: [{ role: "tool", content: [result] }] })).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        param: "messages[0].content[0].tool_call_id",
      }),
    );
    expect(
      encode({ messages: [{ role: "tool", content: [{ ...result, name: "now" }] }] }).contents[0]
        ?.parts,
    ).toEqual([{ functionResponse: { id: "x", name: "now", response: { output: "1" } } }]);
  });
});

describe("signatures", () => {
  const google = (value: string) => ({ format: "google", value }) as const;

  test("stay on the part that they came with, byte for byte", () => {
    const { contents } = encode({
      messages: [
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "Hm.", signature: google("r_-1") },
            { type: "reasoning", text: "Unsigned." },
            { type: "text", text: "Hello", signature: google("t+/=") },
            { type: "reasoning", text: "", signature: google("alone") },
            {
              type: "reasoning",
              text: "",
              signature: google("thought"),
              extras: { google: { thought: true } },
            },
            { type: "tool_call", id: "c", name: "f", arguments: {}, signature: google("call") },
            {
              type: "opaque",
              format: "google",
              value: { executableCode: { code: "1" }, thoughtSignature: "code" },
            },
          ],
        },
      ],
    });
    expect(contents[1]?.parts).toEqual([
      { text: "Hm.", thought: true, thoughtSignature: "r_-1" },
      { text: "Unsigned.", thought: true },
      { text: "Hello", thoughtSignature: "t+/=" },
      { text: "", thoughtSignature: "alone" },
      { text: "", thoughtSignature: "thought", thought: true },
      { functionCall: { id: "c", name: "f", args: {} }, thoughtSignature: "call" },
      JSON.parse('{"executableCode":{"code":"1"},"thoughtSignature":"code"}'),
    ]);
  });

  test("another vendor's calls are marked for models that check signatures, once a turn", () => {
    const call = (id: string) => ({ type: "tool_call", id, name: "f", arguments: {} }) as const;
    const messages: ChatRequest["messages"] = [
      ...HI,
      { role: "assistant", content: [call("a"), call("b")] },
    ];
    const signatures = (model: string) =>
      encode({ messages }, model).contents[1]?.parts.map((part) => part.thoughtSignature);
    const marked = [btoa("skip_thought_signature_validator"), undefined];
    expect(signatures("gemini-3-flash-preview")).toEqual(marked);
    expect(signatures("gemini-flash-latest")).toEqual(marked);
    expect(signatures("gemini-4-argon")).toEqual(marked);
    expect(signatures("gemini-2.5-pro")).toEqual([undefined, undefined]);
  });

  test("a hidden thought without Google's signature is left out", () => {
    const { contents } = encode({
      messages: [
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "", redacted: true },
            { type: "text", text: "a" },
          ],
        },
      ],
    });
    expect(contents[0]?.parts).toEqual([{ text: "a" }]);
  });
});

describe("settings", () => {
  test("become fields of the generation config", () => {
    const { generationConfig } = encode({
      temperature: 0,
      top_p: 0.9,
      max_tokens: 10,
      stop: ["END"],
      seed: 7,
    });
    expect(generationConfig).toEqual({
      temperature: 0,
      topP: 0.9,
      maxOutputTokens: 10,
      stopSequences: ["END"],
      seed: 7,
    });
  });

  test("at most five stop sequences", () => {
    const { generationConfig, warnings } = encode({ stop: ["1", "2", "3", "4", "5", "6"] });
    expect(generationConfig?.stopSequences).toHaveLength(5);
    expect(warnings).toMatchObject([{ code: "adjusted_parameter", param: "stop" }]);
  });

  test("the response format", () => {
    const schema = { type: "object", properties: { a: { $ref: "#/$defs/A" } } };
    expect(encode({ response_format: { type: "text" } }).generationConfig).toBeUndefined();
    expect(encode({ response_format: { type: "json" } }).generationConfig).toEqual({
      responseMimeType: "application/json",
    });
    expect(
      encode({ response_format: { type: "json_schema", name: "a", schema, strict: true } })
        .generationConfig,
    ).toEqual({
      responseMimeType: "application/json",
      responseJsonSchema: schema,
    });
  });

  test("metadata becomes labels if its form allows", () => {
    const { labels, warnings } = encode({
      metadata: { team: "search", user_id: "Alice@example.com", "1st": "x" },
    });
    expect(labels).toEqual({ team: "search" });
    expect(warnings.map(({ param }) => param)).toEqual(["metadata.user_id", "metadata.1st"]);
  });

  test("extras cannot set the model, the conversation or the token limit", () => {
    const google = (fields: JsonObject) => encode({ max_tokens: 7, extras: { google: fields } });
    const plain = encode({ max_tokens: 7 });
    const config = { maxOutputTokens: 9999, candidateCount: 8 };
    expect(google({ model: "other", contents: [], generationConfig: config })).toEqual(plain);
    expect(google({ generation_config: { max_output_tokens: 9999, candidate_count: 8 } })).toEqual(
      plain,
    );
    expect(google({ generationConfig: 5 })).toEqual(plain);
    expect(google({ generation_config: { top_k: 3 } }).generationConfig).toEqual(
      expect.objectContaining({ maxOutputTokens: 7, topK: 3 }),
    );
  });

  test("extras are merged, one level deep", () => {
    const { warnings: _, ...body } = encode({
      temperature: 1,
      max_tokens: 5,
      extras: {
        google: {
          safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
          generationConfig: { topK: 40 },
          cachedContent: "cachedContents/abc",
        },
        anthropic: { service_tier: "auto" },
      },
    });
    expect(body).toEqual(
      JSON.parse(
        '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"generationConfig":{"temperature":1,"maxOutputTokens":5,"topK":40},' +
          '"safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}],"cachedContent":"cachedContents/abc"}',
      ),
    );
  });

  test("a name that begins with $ is never sent as an extra, but stays inside a schema", () => {
    const extras = { google: { $x: 1, further: true } };
    const schema = { $ref: "#/$defs/a", $defs: { a: { type: "string" } } };
    const { warnings: _, ...body } = encode({
      messages: [
        { role: "user", content: [{ type: "text", text: "Hi", extras }] },
        {
          role: "assistant",
          content: [{ type: "tool_call", id: "c", name: "f", arguments: {}, extras }],
        },
        {
          role: "tool",
          content: [{ type: "tool_result", tool_call_id: "c", content: "r", extras }],
        },
      ],
      tools: [{ name: "f", extras: { google: { ...extras.google, responseJsonSchema: schema } } }],
      extras: {
        google: {
          ...extras.google,
          generationConfig: { $x: 1, topK: 3 },
          generation_config: { $x: 2, top_k: 4 },
        },
      },
    });
    const turn = { parts: [{ further: true }] };
    expect(body).toMatchObject({
      further: true,
      contents: [turn, turn, turn],
      generationConfig: { topK: 4 },
    });
    expect(body.tools).toEqual([
      { functionDeclarations: [{ name: "f", further: true, responseJsonSchema: schema }] },
    ]);
    expect(JSON.stringify(body)).not.toContain("$x");
  });

  test("an answer's extras are not sent back", () => {
    const extras = { google: { groundingMetadata: {}, usageMetadata: {}, safetyRatings: [] } };
    expect(encode({ messages: [{ role: "assistant", content: "a", extras }] }).contents).toEqual([
      { role: "model", parts: [{ text: "a" }] },
    ]);
  });
});

test("nothing stands beside a reference within a schema; other schemas are the caller's own", () => {
  const $ref = "#/$defs/a";
  const crowded = {
    type: "object",
    properties: { a: { $ref, description: "A." } },
    $defs: { a: { type: "string", minLength: 1 } },
  };
  expect(encodeSchema(crowded)).toEqual({
    ...crowded,
    properties: { a: { description: "A.", anyOf: [{ $ref }] } },
  });
  const fine = { ...crowded, properties: { a: { $ref } } };
  expect(encodeSchema(fine)).toBe(fine);
});
