import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../src/json/json-object.ts";
import { readObjects } from "../../src/json/narrow.ts";
import { jsonResponse } from "../support/play-response.ts";
import { createPlayedApp } from "../support/played-app.ts";

const CLAUDE = { ANTHROPIC_API_KEY: "sk-ant-api03-x" };
const OPENAI = { OPENAI_API_KEY: "sk-x" };
const MESSAGE = jsonResponse({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-haiku-4-5",
  content: [{ type: "text", text: "ok" }],
  stop_reason: "end_turn",
  usage: { input_tokens: 1, output_tokens: 1 },
});
const RESPONSE = jsonResponse({
  id: "resp_1",
  object: "response",
  status: "completed",
  model: "gpt-6.1-sol",
  output: [],
  usage: { input_tokens: 1, output_tokens: 1 },
});
const PRIVATE = "http://127.0.0.1/a.png";
const ROOT = { anyOf: [{ type: "object", properties: { a: {} }, required: ["a"] }] };

describe("a warning names the caller's own path", () => {
  async function warnedOf(env: Record<string, string>, path: string, body: JsonObject) {
    const answer = await createPlayedApp(env, "OPENAI_API_KEY" in env ? RESPONSE : MESSAGE)(
      path,
      body,
    );
    expect(answer.status).toBe(200);
    const told = [...(answer.headers.get("x-warnings") ?? "").matchAll(/param="([^"]*)"/g)];
    const params = told.map(([, param]) => param);
    const inBody = readObjects(answer.body.warnings).map(({ param }) => param);
    if (inBody.length > 0) expect<unknown[]>(inBody).toEqual(params);
    return params;
  }

  test("in /v1/responses: the item, its content, the tool, the setting", async () => {
    expect(
      await warnedOf(CLAUDE, "/v1/responses", {
        model: "claude/claude-haiku-4-5",
        instructions: "Be brief.",
        input: [
          { role: "user", content: "Hi" },
          { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAAA" },
          { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hello" }] },
          { role: "user", content: "Go" },
          { role: "developer", content: "Now." },
          { type: "function_call", call_id: "c1", name: "f", arguments: "{}" },
          { type: "function_call_output", call_id: "c1", output: "ok" },
          { role: "user", content: "Well?" },
        ],
        tools: [
          { type: "web_search" },
          {
            type: "namespace",
            name: "n",
            tools: [{ type: "function", name: "f", parameters: ROOT }],
          },
        ],
        temperature: 1.5,
        text: { format: { type: "json_object" } },
      }),
    ).toEqual(
      expect.arrayContaining([
        "input[1].encrypted_content",
        "input[4].role",
        "tools[0]",
        "temperature",
        "text.format",
      ]),
    );
  });

  test("in /v1/messages", async () => {
    expect(
      await warnedOf(OPENAI, "/v1/messages", {
        model: "openai/gpt-6.1-sol",
        max_tokens: 8,
        system: "Be brief.",
        stop_sequences: ["x"],
        tools: [{ name: "f", input_schema: ROOT }],
        messages: [
          { role: "user", content: "Hi" },
          {
            role: "assistant",
            content: [
              { type: "text", text: "a" },
              { type: "thinking", thinking: "hm", signature: "c2ln" },
            ],
          },
          { role: "user", content: "Go" },
        ],
      }),
    ).toEqual(
      expect.arrayContaining([
        "stop_sequences",
        "messages[1].content[1].signature",
        "tools[0].input_schema",
      ]),
    );
  });

  test("in /v1/chat/completions", async () => {
    const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    expect(
      await warnedOf(OPENAI, "/v1/chat/completions", {
        model: "openai/gpt-6.1-sol",
        reasoning_effort: "minimal",
        tools: [{ type: "function", function: { name: "f", parameters: ROOT } }],
        messages: [
          { role: "user", content: "Hi" },
          {
            role: "assistant",
            content: [{ type: "text", text: "a" }, image],
            reasoning_content: "hm",
          },
          { role: "user", content: "Go" },
        ],
      }),
    ).toEqual(
      expect.arrayContaining([
        "tools[0].function.parameters",
        "messages[1].content[1]",
        "messages[1].reasoning_content",
      ]),
    );
  });

  const USER = { role: "user", content: "Hi" };
  const CHAT_TOOL = { type: "function", function: { name: "f", parameters: { type: "object" } } };
  const TOOL = { name: "f", input_schema: { type: "object" } };
  test.each([
    [
      "context_management",
      "/v1/messages",
      { max_tokens: 8, context_management: { edits: [] }, messages: [USER], tools: [TOOL] },
    ],
    [
      "tools[0].eager_input_streaming",
      "/v1/messages",
      { max_tokens: 8, messages: [USER], tools: [{ ...TOOL, eager_input_streaming: true }] },
    ],
    ["input[0].further", "/v1/responses", { input: [{ ...USER, further: 1 }] }],
    [
      "tools[0].further",
      "/v1/chat/completions",
      { messages: [USER], tools: [{ ...CHAT_TOOL, further: 1 }] },
    ],
  ])("a field of its API that the vendor has not: %s in %s", async (param, path, body) => {
    const foreign = path === "/v1/messages" ? OPENAI : CLAUDE;
    const model = foreign === OPENAI ? "openai/gpt-6.1-sol" : "claude/claude-haiku-4-5";
    expect(await warnedOf(foreign, path, { model, ...body })).toContain(param);
  });
});

const PNG = "iVBORw0KGgoAAAANSUhEUg==";
const DATA_URL = `data:image/png;base64,${PNG}`;

/** What this server writes for the signature of a call that Gemini signed. */
const SIGNED_CALL = `ai-server:1:${JSON.stringify({
  of: "tool_call",
  id: "c",
  signature: { format: "google", value: "c2ln" },
})}`;

describe("a warning names the caller's own path, whatever was moved, merged or dropped before", () => {
  const image = { type: "image", media_type: "image/png", data: PNG };
  const image_url = { type: "image_url", image_url: { url: DATA_URL } };
  const tools = [
    { name: "x", parameters: {} },
    { name: "f", parameters: ROOT },
  ];

  test.each<[path: string, body: JsonObject, params: readonly string[]]>([
    [
      "/chat",
      {
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: [image] },
          { role: "user", content: "Go" },
          { role: "system", content: "Now." },
          { role: "assistant", content: [{ type: "reasoning", text: "hm" }] },
          { role: "user", content: "Well?" },
        ],
        tools,
        tool_choice: { mode: "auto", tools: ["f"] },
      },
      ["messages[1].content[0]", "messages[3].role", "messages[4].content[0]"],
    ],
    [
      "/v1/chat/completions",
      {
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: [image_url] },
          { role: "user", content: "Go" },
          { role: "developer", content: "Now." },
          { role: "assistant", content: "a", reasoning: "hm" },
          { role: "user", content: "Well?" },
        ],
        tools: tools.map((tool) => ({ type: "function", function: tool })),
        tool_choice: {
          type: "allowed_tools",
          allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "f" } }] },
        },
      },
      [
        "messages[1].content[0]",
        "messages[3].role",
        "messages[4].reasoning",
        "tools[1].function.parameters",
      ],
    ],
    [
      "/v1/responses",
      {
        input: [
          { role: "user", content: "Hi" },
          { role: "developer", content: [{ type: "input_image", image_url: DATA_URL }] },
          { role: "user", content: "Go" },
          { role: "developer", content: "Now." },
          { type: "function_call", call_id: "c", name: "f", arguments: "{}" },
          { type: "reasoning", summary: [], encrypted_content: SIGNED_CALL },
          { type: "function_call_output", call_id: "c", output: "ok" },
          {
            type: "message",
            role: "assistant",
            content: [
              { type: "output_text", text: "a" },
              { type: "of_the_future", x: 1 },
            ],
          },
          { role: "user", content: "Well?" },
        ],
        tools: [
          { type: "web_search" },
          {
            type: "namespace",
            name: "n",
            tools: tools.map((tool) => ({ type: "function", ...tool })),
          },
        ],
      },
      [
        "input[1].content[0]",
        "input[3].role",
        "input[5].encrypted_content",
        "input[7].content[1]",
        "tools[0]",
        "tools[1].tools[1].parameters",
      ],
    ],
    [
      "/v1/messages",
      {
        max_tokens: 9,
        messages: [
          { role: "user", content: "Hi" },
          {
            role: "assistant",
            content: [
              { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } },
              { type: "tool_use", id: "t", name: "f", input: {} },
            ],
          },
          {
            role: "user",
            content: [
              { type: "tool_result", tool_use_id: "t", content: "ok" },
              { type: "text", text: "Go" },
            ],
          },
          { role: "system", content: "Now." },
          { role: "user", content: "Well?" },
        ],
        tools: [{ name: "f", input_schema: ROOT }],
      },
      ["messages[1].content[0]", "messages[3].role", "tools[0].input_schema"],
    ],
  ])("in %s", async (path, body, params) => {
    const asked = { model: "claude/claude-haiku-4-5", ...body };
    const { status, headers } = await createPlayedApp(CLAUDE, MESSAGE)(path, asked);
    expect(status).toBe(200);
    const told = [...(headers.get("x-warnings") ?? "").matchAll(/param="([^"]*)"/g)];
    expect(told.map(([, param]) => param)).toEqual(expect.arrayContaining([...params]));
  });
});

describe("an error names the caller's own path", () => {
  test.each([
    [
      "/v1/responses",
      {
        input: [
          { role: "user", content: "a" },
          { role: "user", content: [{ type: "input_image", image_url: PRIVATE }] },
        ],
      },
      "input[1].content[0].image_url",
    ],
    [
      "/v1/messages",
      {
        max_tokens: 9,
        system: "s",
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "a" },
              { type: "image", source: { type: "url", url: PRIVATE } },
            ],
          },
        ],
      },
      "messages[0].content[1].source.url",
    ],
    [
      "/v1/chat/completions",
      {
        messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: PRIVATE } }] }],
      },
      "messages[0].content[0].image_url.url",
    ],
    [
      "/chat",
      { messages: [{ role: "user", content: [{ type: "image", url: PRIVATE }] }] },
      "messages[0].content[0].url",
    ],
  ] as const)("in %s", async (path, body, param) => {
    const { status, text } = await createPlayedApp(CLAUDE, MESSAGE)(path, {
      ...body,
      model: "claude/claude-haiku-4-5",
    });
    expect(status).toBe(400);
    expect(text).toContain(`${param}: must be a public`);
    if (path !== "/v1/messages") expect(text).toContain(`"param":"${param}"`);
  });

  test("a vendor's own path is told only to who speaks its API", async () => {
    const refusal = jsonResponse(
      { error: { message: "too long", param: "input[3].output", type: "invalid_request_error" } },
      400,
    );
    const ask = createPlayedApp(OPENAI, refusal);
    const model = "openai/gpt-6.1-sol";
    expect((await ask("/v1/responses", { model, input: "Hi" })).text).toContain("input[3].output");
    const messages = [{ role: "user", content: "Hi" }];
    const other = await ask("/v1/messages", { model, max_tokens: 99, messages });
    expect(other.status).toBe(400);
    expect(other.text).not.toContain("input[3]");
  });
});
