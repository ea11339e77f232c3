import { describe, expect, test } from "bun:test";
import { partsOf } from "../../../../src/chat/message.ts";
import {
  anthropicMessagesDialect,
  decodeCountRequest,
} from "../../../../src/dialects/anthropic-messages/index.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";
import { encodeRequest } from "../../../../src/providers/claude/encode-request.ts";
import { createTestCall } from "../../../support/play-response.ts";

const BASE = { model: "claude-x", max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };

function decode(fields: JsonObject, headers: Record<string, string> = {}) {
  return anthropicMessagesDialect.decodeRequest({ ...BASE, ...fields }, new Headers(headers));
}

/** The body that would reach Anthropic. */
function passOn(fields: JsonObject, headers: Record<string, string> = {}) {
  const request = decode(fields, headers);
  const call = createTestCall(request, { model: { id: request.model ?? "" } });
  const sent = encodeRequest(call, { systemTurns: true });
  expect(call.warnings).toEqual([]);
  return { ...sent, body: JSON.parse(JSON.stringify(sent.body)) };
}

describe("what the chat model can express", () => {
  test("parameters", () => {
    expect(
      decode({
        system: "Be brief.",
        temperature: 0.5,
        top_p: 0.9,
        stop_sequences: ["END"],
        cache_control: { type: "ephemeral", ttl: "1h" },
        stream: true,
      }),
    ).toEqual({
      model: "claude-x",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hi" },
      ],
      max_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      stop: ["END"],
      cache: { ttl: "1h" },
      stream: true,
    });
  });

  test("tools and their choice", () => {
    const schema = { type: "object", properties: {} };
    expect(
      decode({
        tools: [
          {
            name: "f",
            description: "F",
            input_schema: schema,
            strict: true,
            cache_control: { type: "ephemeral" },
          },
          { type: "custom", name: "g", input_schema: schema },
        ],
        tool_choice: { type: "any", disable_parallel_tool_use: true },
      }),
    ).toMatchObject({
      tools: [
        { name: "f", description: "F", parameters: schema, strict: true, cache: {} },
        { name: "g", parameters: schema, extras: { anthropic: { type: "custom" } } },
      ],
      tool_choice: "required",
      parallel_tool_calls: false,
    });
    expect(decode({ tool_choice: { type: "tool", name: "f" } }).tool_choice).toEqual({ name: "f" });
  });

  const reasoning: readonly (readonly [JsonObject, object | undefined])[] = [
    [
      { thinking: { type: "enabled", budget_tokens: 2000 }, max_tokens: 4000 },
      { budget_tokens: 2000 },
    ],
    [{ thinking: { type: "disabled" } }, { effort: "none" }],
    [
      { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "high" } },
      { effort: "high", visible: true },
    ],
    [{ thinking: { type: "adaptive" } }, undefined],
    [{ output_config: { effort: "low" } }, { effort: "low" }],
    [{ output_config: { effort: "of tomorrow" } }, undefined],
  ];
  test.each(reasoning)("reasoning: %p", (fields, expected) => {
    expect<unknown>(decode(fields).reasoning).toEqual(expected);
    expect(passOn(fields).body).toEqual({ ...BASE, ...fields });
  });

  test("a response schema, under its new and its old name", () => {
    const schema = { type: "object", additionalProperties: false };
    const format = { type: "json_schema", schema };
    for (const fields of [{ output_config: { format } }, { output_format: format }]) {
      expect(decode(fields).response_format).toEqual({
        type: "json_schema",
        schema,
      });
      expect(passOn(fields).body).toEqual({ ...BASE, ...fields });
    }
  });
});

describe("messages", () => {
  test("blocks of all kinds", () => {
    const content = [
      { type: "text", text: "a", cache_control: { type: "ephemeral" } },
      { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
      { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
      { type: "image", source: { type: "file", file_id: "f1" } },
      {
        type: "document",
        source: { type: "base64", media_type: "application/pdf", data: "JVBE" },
        title: "T",
      },
      {
        type: "document",
        source: { type: "text", media_type: "text/plain", data: "t" },
        citations: { enabled: true },
      },
      { type: "search_result", source: "s", title: "t", content: [] },
    ];
    expect(decode({ messages: [{ role: "user", content }] }).messages[0]?.content).toEqual([
      { type: "text", text: "a", cache: {} },
      { type: "image", media_type: "image/png", data: "AAAA" },
      { type: "image", url: "https://example.com/a.png" },
      {
        type: "opaque",
        format: "anthropic",
        value: { type: "image", source: { type: "file", file_id: "f1" } },
      },
      { type: "document", media_type: "application/pdf", data: "JVBE", title: "T" },
      { type: "document", text: "t", extras: { anthropic: { citations: { enabled: true } } } },
      {
        type: "opaque",
        format: "anthropic",
        value: { type: "search_result", source: "s", title: "t", content: [] },
        text: "t\ns",
      },
    ]);
  });

  test("what only Anthropic has in a tool's result is told to others in words", () => {
    const content = [
      { type: "tool_reference", tool_name: "mcp__notes__search" },
      { type: "search_result", title: "T", source: "S", content: [{ type: "text", text: "x" }] },
      { type: "document", source: { type: "content", content: [{ type: "text", text: "y" }] } },
      { type: "image", source: { type: "file", file_id: "f" } },
    ];
    const messages = [
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content }] },
    ];
    const [result] = partsOf(decode({ messages }).messages[0] ?? { role: "user", content: "" });
    if (result?.type !== "tool_result" || typeof result.content === "string") throw new Error("?");
    expect(result.content.map((part) => ("text" in part ? part.text : undefined))).toEqual([
      "The tool mcp__notes__search can be called now.",
      "T\nS\nx",
      "y",
      undefined,
    ]);
  });

  test("tool results get a message of role tool", () => {
    const messages = [
      { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "f", input: { a: 1 } }] },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "t1",
            content: [{ type: "text", text: "r" }],
            is_error: false,
          },
          { type: "text", text: "and?" },
        ],
      },
    ];
    expect(decode({ messages }).messages).toEqual([
      {
        role: "assistant",
        content: [{ type: "tool_call", id: "t1", name: "f", arguments: { a: 1 } }],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool_result",
            tool_call_id: "t1",
            content: [{ type: "text", text: "r" }],
            is_error: false,
          },
        ],
      },
      { role: "user", content: [{ type: "text", text: "and?" }] },
    ]);
  });
});

describe("identity: an answer in this format is passed through", () => {
  const bodies: readonly (readonly [string, JsonObject])[] = [
    [
      "fields that are not known",
      {
        top_k: 5,
        service_tier: "auto",
        container: "c",
        context_management: { edits: [] },
        future: { x: null },
      },
    ],
    ["thinking of tomorrow", { thinking: { type: "between_tools" } }],
    [
      "an effort without thinking",
      { output_config: { effort: "high", task_budget: { total: 1 } } },
    ],
    [
      "a choice with fields of its own",
      {
        tools: [{ name: "f", input_schema: { type: "object" } }],
        tool_choice: { type: "auto", of_tomorrow: 1 },
      },
    ],
    ["the caller's user", { metadata: { user_id: "u" } }],
    ["metadata with fields of its own", { metadata: { user_id: "u", of_tomorrow: 1 } }],
    ["a cache hint of tomorrow", { cache_control: { type: "ephemeral", ttl: "24h" } }],
    ["max_tokens 0, to fill the cache", { max_tokens: 0 }],
    [
      "system blocks with cache hints",
      {
        system: [
          { type: "text", text: "a" },
          { type: "text", text: "b", cache_control: { type: "ephemeral", ttl: "1h" } },
        ],
      },
    ],
    [
      "a system message at the beginning of the conversation",
      { messages: [{ role: "system", content: "s" }, ...BASE.messages] },
    ],
    [
      "results, texts and turns in every order",
      {
        messages: [
          { role: "user", content: "a" },
          { role: "user", content: [{ type: "text", text: "b" }] },
          {
            role: "assistant",
            content: [
              { type: "tool_use", id: "t1", name: "f", input: {} },
              { type: "tool_use", id: "t2", name: "f", input: {} },
            ],
          },
          { role: "user", content: [{ type: "tool_result", tool_use_id: "t1" }] },
          {
            role: "user",
            content: [
              { type: "tool_result", tool_use_id: "t2", content: "" },
              { type: "text", text: "c" },
            ],
          },
          { role: "user", content: "d" },
          { role: "assistant", content: "prefill" },
        ],
      },
    ],
    [
      "blocks with fields of their own",
      {
        tools: [
          {
            name: "f",
            input_schema: { type: "object" },
            defer_loading: true,
            cache_control: null,
            type: "custom",
          },
          { type: "web_search_20250305", name: "web_search", max_uses: 1 },
          { type: "mcp_toolset", mcp_server_name: "m" },
        ],
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "a", cache_control: null },
              { type: "image", source: { type: "file", file_id: "f" } },
            ],
          },
          {
            role: "assistant",
            content: [
              { type: "thinking", thinking: "t", signature: "c2ln" },
              { type: "redacted_thinking", data: "cmVk" },
              { type: "server_tool_use", id: "s1", name: "web_search", input: {} },
              { type: "web_search_tool_result", tool_use_id: "s1", content: [] },
              { type: "text", text: "x", citations: [{ type: "char_location" }] },
              { type: "tool_use", id: "t1", name: "f", input: {}, caller: { type: "direct" } },
            ],
          },
          {
            role: "user",
            content: [
              {
                type: "tool_result",
                tool_use_id: "t1",
                content: [
                  { type: "tool_reference", tool_name: "f" },
                  { type: "image", source: { type: "url", url: "https://e.com/a" } },
                ],
                cache_control: { type: "ephemeral" },
              },
            ],
          },
        ],
      },
    ],
  ];
  test.each(bodies)("%s", (_, fields) => {
    expect(passOn(fields).body).toEqual({ ...BASE, ...fields });
  });

  test("the two headers", () => {
    const { betas, version } = passOn(
      {},
      { "anthropic-version": "2026-10-21", "anthropic-beta": "a-1,b-2", "x-other": "1" },
    );
    expect({ betas, version }).toEqual({ betas: ["a-1", "b-2"], version: "2026-10-21" });
  });

  test("the default version gives no warning with another vendor", () => {
    expect(decode({}, { "anthropic-version": "2023-06-01" })).toEqual(decode({}));
    expect(decode({}, { "anthropic-version": "2026-10-21" }).extras).toMatchObject({
      anthropic: { "anthropic-version": "2026-10-21" },
    });
  });
});

describe("what only Anthropic can honour", () => {
  const bound: readonly (readonly [string, JsonObject])[] = [
    ["mcp_servers", { mcp_servers: [{ type: "url" }] }],
    ["thread", { thread: { type: "continue", previous_message_id: "msg_1" } }],
    ["compaction", { compaction: { type: "summary" } }],
    ["container", { container: "c" }],
    [
      "tools[1]",
      {
        tools: [
          { name: "f", input_schema: {} },
          { type: "web_search_20250305", name: "web_search" },
        ],
      },
    ],
    [
      "messages[0].content[0]",
      {
        messages: [
          { role: "user", content: [{ type: "image", source: { type: "file", file_id: "f" } }] },
        ],
      },
    ],
  ];
  test.each(bound)("%s binds the request to it", (param, fields) => {
    expect(decode(fields).requires_format).toEqual({ format: "anthropic", param });
  });

  test("hints do not", () => {
    expect(
      decode({ top_k: 1, service_tier: "auto", mcp_servers: [], context_management: {} }),
    ).not.toHaveProperty("requires_format");
  });
});

describe("what is refused, with the path", () => {
  const refused: readonly (readonly [string, JsonObject, Record<string, string>?])[] = [
    ["max_tokens", { max_tokens: undefined }],
    ["max_tokens", { max_tokens: "100" }],
    ["model", { model: "" }],
    ["messages", { messages: [] }],
    ["messages[0].role", { messages: [{ role: "tool", content: "a" }] }],
    [
      "messages[0].content[0].text",
      { messages: [{ role: "user", content: [{ type: "text", text: 1 }] }] },
    ],
    [
      "messages[0].content[0].source.data",
      {
        messages: [
          {
            role: "user",
            content: [{ type: "image", source: { type: "base64", media_type: "image/png" } }],
          },
        ],
      },
    ],
    [
      "messages[0].content[0].tool_use_id",
      { messages: [{ role: "user", content: [{ type: "tool_result" }] }] },
    ],
    [
      "messages[0].content[0].content[0].text",
      {
        messages: [
          {
            role: "user",
            content: [{ type: "tool_result", tool_use_id: "t", content: [{ type: "text" }] }],
          },
        ],
      },
    ],
    ["temperature", { temperature: 1.5 }],
    ["tools[0].input_schema", { tools: [{ name: "f" }] }],
    ["tool_choice.type", { tool_choice: { type: "sometimes" } }],
    ["stream", { stream: "yes" }],
    ["anthropic-version", {}, { "anthropic-version": "2023-01-01" }],
    ["anthropic-beta", {}, { "anthropic-beta": "a b" }],
  ];
  test.each(refused)("%s: %p", (param, fields, headers = {}) => {
    let thrown: unknown;
    try {
      decode(fields, headers);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: "invalid_request",
      param,
      message: expect.stringContaining(param),
    });
  });
});

test("a count needs no max_tokens", () => {
  const { max_tokens: _, ...body } = BASE;
  expect(
    decodeCountRequest({ ...body, system: "s", future: 1 }, new Headers({ "anthropic-beta": "a" })),
  ).toEqual({
    model: "claude-x",
    messages: [
      { role: "system", content: "s" },
      { role: "user", content: "Hi" },
    ],
    extras: { anthropic: { future: 1, "anthropic-beta": "a" } },
  });
});
