import { describe, expect, test } from "bun:test";
import type { ChatRequest } from "../../../../src/chat/request.ts";
import { chatRequestSchema } from "../../../../src/chat/request.ts";
import { decodeRequest } from "../../../../src/dialects/openai-responses/decode-request.ts";
import { ChatError } from "../../../../src/errors/chat-error.ts";
import { encodeRequest } from "../../../../src/providers/openai/encode-request.ts";
import { fitRequest } from "../../../../src/routing/fit-request.ts";
import { createStubProvider } from "../../../support/stub-provider.ts";

function refusalOf(body: unknown): { code: string; param: string | undefined } {
  try {
    decodeRequest(body);
  } catch (thrown) {
    if (thrown instanceof ChatError) return { code: thrown.code, param: thrown.param };
    throw thrown;
  }
  throw new Error("the body was taken");
}

/** What a provider of the same format sends for this body. */
function roundTrip(body: Record<string, unknown>): unknown {
  const request: ChatRequest = decodeRequest(body);
  return encodeRequest(
    {
      request,
      model: { id: request.model ?? "none" },
      stream: request.stream ?? false,
      warn: ({ message }) => {
        throw new Error(message);
      },
    },
    { store: false, include: ["reasoning.encrypted_content"] },
  );
}

/** The warnings if a provider of another format answers. */
function warningsOf(request: ChatRequest): string[] {
  const warnings: string[] = [];
  const provider = createStubProvider({ name: "other", format: "anthropic" });
  fitRequest(request, { provider, model: { id: "m" } }, ({ message }) => warnings.push(message));
  return warnings;
}

describe("decodeRequest", () => {
  test("a single text", () => {
    expect(decodeRequest({ model: "claude/opus", input: "Hi" })).toEqual({
      model: "claude/opus",
      messages: [{ role: "user", content: "Hi" }],
      extras: { openai_responses: { $unset: ["store", "include"] } },
      stream: false,
    });
  });

  test("everything that the chat model can express", () => {
    const request = decodeRequest({
      model: "m",
      instructions: "Be brief.",
      input: [{ role: "user", content: "Hi" }],
      tools: [
        {
          type: "function",
          name: "go",
          description: "Goes",
          parameters: { type: "object" },
          strict: false,
        },
      ],
      tool_choice: { type: "function", name: "go" },
      parallel_tool_calls: false,
      temperature: 0.2,
      top_p: 0.5,
      max_output_tokens: 99,
      reasoning: { effort: "low", summary: "auto" },
      text: {
        format: { type: "json_schema", name: "out", schema: { type: "object" }, strict: true },
      },
      metadata: { a: "b" },
      stream: true,
    });
    expect(request).toEqual({
      model: "m",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hi" },
      ],
      tools: [{ name: "go", description: "Goes", parameters: { type: "object" }, strict: false }],
      tool_choice: { name: "go" },
      parallel_tool_calls: false,
      temperature: 0.2,
      top_p: 0.5,
      max_tokens: 99,
      reasoning: { effort: "low", visible: true },
      response_format: {
        type: "json_schema",
        name: "out",
        schema: { type: "object" },
        strict: true,
      },
      metadata: { a: "b" },
      extras: { openai_responses: { $unset: ["store", "include"], $summary: { summary: "auto" } } },
      stream: true,
    });
    expect(chatRequestSchema.safeParse(request).success).toBe(true);
  });

  test("null means absent", () => {
    const body = {
      model: "m",
      input: "Hi",
      instructions: null,
      tools: null,
      tool_choice: null,
      temperature: null,
      top_p: null,
      max_output_tokens: null,
      reasoning: null,
      text: null,
      metadata: null,
      previous_response_id: null,
      conversation: null,
      background: null,
      stream: null,
      store: null,
      include: null,
      user: null,
    };
    expect(decodeRequest(body)).toEqual(decodeRequest({ model: "m", input: "Hi" }));
  });

  test.each<[string, Record<string, unknown>]>([
    ["plain", { model: "m", input: [{ role: "user", content: "Hi" }] }],
    [
      "with the vendor's own fields",
      {
        model: "m",
        input: [{ role: "user", content: "Hi" }],
        previous_response_id: "resp_0",
        store: true,
        include: ["web_search_call.action.sources"],
        truncation: "auto",
        user: "u",
        service_tier: "flex",
        prompt_cache_key: "k",
        stream_options: { include_obfuscation: false },
        top_logprobs: 3,
        field_of_the_future: { deep: [1] },
        text: { verbosity: "low", format: { type: "text" } },
        reasoning: { effort: "hyper", context: "all_turns", summary: "detailed" },
        tool_choice: {
          type: "allowed_tools",
          mode: "auto",
          tools: [{ type: "function", name: "go" }],
        },
        tools: [
          {
            type: "function",
            name: "go",
            parameters: { type: "object" },
            strict: true,
            defer_loading: true,
          },
          { type: "function", name: "bare" },
          { type: "web_search", filters: { allowed_domains: ["example.com"] } },
          { type: "custom", name: "grammar", format: { type: "text" } },
        ],
      },
    ],
    [
      "with a limit that is too small",
      { model: "m", input: [{ role: "user", content: "Hi" }], max_output_tokens: 3 },
    ],
    [
      "with a format of the future",
      {
        model: "m",
        input: [{ role: "user", content: "Hi" }],
        text: {
          format: {
            type: "json_schema",
            name: "x",
            schema: { type: "object", properties: {}, additionalProperties: false },
            strict: true,
            repair: true,
          },
        },
      },
    ],
    [
      "with nothing but a conversation",
      { model: "m", conversation: "conv_1", instructions: "Go on." },
    ],
    ["with a prompt of the vendor's", { model: "m", prompt: { id: "pmpt_1" } }],
    [
      "with every item",
      {
        model: "m",
        instructions: "",
        input: [
          { role: "developer", content: "Be brief." },
          { role: "system", content: [{ type: "input_text", text: "Be kind." }] },
          {
            role: "user",
            content: [
              { type: "input_text", text: "See" },
              { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "high" },
              { type: "input_image", file_id: "file_1", detail: "auto" },
              {
                type: "input_file",
                filename: "a.pdf",
                file_data: "data:application/pdf;base64,JVBE",
              },
              { type: "input_file", file_url: "https://example.com/a.pdf" },
            ],
          },
          {
            type: "reasoning",
            id: "rs_1",
            summary: [{ type: "summary_text", text: "Hm." }],
            encrypted_content: "gAA",
          },
          {
            type: "message",
            id: "msg_1",
            role: "assistant",
            status: "completed",
            phase: "commentary",
            content: [
              {
                type: "output_text",
                text: "A",
                annotations: [{ type: "url_citation", url: "https://example.com" }],
              },
              { type: "refusal", refusal: "B" },
            ],
          },
          { type: "message", id: "msg_3", role: "assistant", status: "incomplete", content: [] },
          {
            type: "message",
            id: "msg_2",
            role: "assistant",
            content: [{ type: "output_text", text: "C", annotations: [] }],
          },
          { role: "assistant", content: "D" },
          { role: "assistant", content: "E" },
          { type: "web_search_call", id: "ws_1", status: "completed" },
          {
            type: "function_call",
            id: "fc_1",
            call_id: "c1",
            name: "go",
            arguments: '{"a": 1}',
            status: "completed",
          },
          { type: "function_call", call_id: "c2", name: "go", arguments: "{not json" },
          { type: "function_call_output", call_id: "c1", output: "done", id: "fco_1" },
          {
            type: "function_call_output",
            call_id: "c2",
            output: [{ type: "input_text", text: "done" }],
          },
          { type: "custom_tool_call_output", call_id: "c3", output: "x" },
          { type: "function_call_output", call_id: null, name: "go", output: "done" },
          { role: "user", content: [] },
          { type: "compaction", id: "cmp_1", encrypted_content: "gBB" },
          { type: "item_reference", id: "msg_0" },
        ],
      },
    ],
  ])("%s reaches a provider of the same format as it was said", (_name, body) => {
    expect(roundTrip(body)).toEqual({ stream: false, ...body });
  });

  test("a reference may leave its type out", () => {
    const references = [{ id: "msg_1" }, { id: "msg_2", type: null }];
    const body = { model: "m", input: references };
    const typed = references.map(({ id }) => ({ type: "item_reference", id }));
    expect(roundTrip(body)).toMatchObject({ input: typed });
    expect(decodeRequest(body).requires_format).toEqual({
      format: "openai_responses",
      param: "input[0]",
    });
  });

  test("what belongs together for other vendors is one message", () => {
    const { messages } = decodeRequest({
      input: [
        { role: "user", content: "Hi" },
        { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAA" },
        { role: "assistant", content: "I go." },
        { type: "function_call", call_id: "c1", name: "go", arguments: "{}" },
        { type: "function_call", call_id: "c2", name: "go", arguments: "{}" },
        { type: "function_call_output", call_id: "c1", output: "1" },
        { type: "function_call_output", call_id: "c2", output: "2" },
        { role: "user", content: "And?" },
      ],
    });
    expect(
      messages.map(({ role, content }) => [
        role,
        typeof content === "string" ? content : content.map(({ type }) => type),
      ]),
    ).toEqual([
      ["user", "Hi"],
      ["assistant", ["reasoning", "text", "tool_call", "tool_call"]],
      ["tool", ["tool_result", "tool_result"]],
      ["user", "And?"],
    ]);
  });

  test.each<[string, unknown, string]>([
    ["no object", [], ""],
    ["no input", { model: "m" }, "input"],
    ["an empty input", { model: "m", input: [] }, "input"],
    ["a wrong input", { input: 7 }, "input"],
    ["an item without a type", { input: [{ name: "x" }] }, "input[0].role"],
    ["an unknown role", { input: [{ role: "critic", content: "Bad" }] }, "input[0].role"],
    [
      "a call without a name",
      { input: [{ type: "function_call", call_id: "a", arguments: "{}" }] },
      "input[0].name",
    ],
    [
      "a part without its text",
      { input: [{ role: "user", content: [{ type: "input_text" }] }] },
      "input[0].content[0].text",
    ],
    ["a tool without a name", { input: "Hi", tools: [{ type: "function" }] }, "tools[0].name"],
    ["a temperature out of range", { input: "Hi", temperature: -1 }, "temperature"],
    [
      "a schema without a name",
      { input: "Hi", text: { format: { type: "json_schema", schema: {} } } },
      "text.format.name",
    ],
    [
      "a format that is none",
      { input: "Hi", text: { format: { type: "xml" } } },
      "text.format.type",
    ],
    ["a model that is no text", { input: "Hi", model: 4 }, "model"],
  ])("refuses %s and names the place", (_name, body, param) => {
    const { code, param: named } = refusalOf(body);
    expect(code).toBe("invalid_request");
    expect(named ?? "").toBe(param);
  });

  test("background is only supported with a stream", () => {
    expect(refusalOf({ input: "Hi", background: true })).toEqual({
      code: "unsupported_parameter",
      param: "background",
    });
    expect(decodeRequest({ input: "Hi", background: true, stream: true }).requires_format).toEqual({
      format: "openai_responses",
      param: "background",
    });
  });
});

describe("what only a provider of this format can honour", () => {
  test.each<[string, Record<string, unknown>]>([
    ["previous_response_id", { previous_response_id: "resp_0" }],
    ["conversation", { conversation: { id: "conv_1" } }],
    ["prompt", { prompt: { id: "p" } }],
    ["top_logprobs", { top_logprobs: 2 }],
    ["include", { include: ["message.output_text.logprobs"] }],
    ["field_of_the_future", { field_of_the_future: 1 }],
    ["tool_choice", { tool_choice: { type: "web_search" } }],
    [
      "input[1]",
      {
        input: [
          { role: "user", content: "Hi" },
          { type: "item_reference", id: "msg_1" },
        ],
      },
    ],
    [
      "input[0].content[0].file_id",
      {
        input: [
          { role: "user", content: [{ type: "input_image", file_id: "file_1", detail: "auto" }] },
        ],
      },
    ],
  ])("%s binds the request to it", (param, fields) => {
    expect(decodeRequest({ input: "Hi", ...fields }).requires_format).toEqual({
      format: "openai_responses",
      param,
    });
  });

  test("hints do not, and dropping them gives no warning", () => {
    const request = decodeRequest({
      input: [
        {
          role: "user",
          content: [
            { type: "input_image", image_url: "https://example.com/a.png", detail: "auto" },
          ],
        },
        {
          type: "reasoning",
          id: "rs_1",
          summary: [{ type: "summary_text", text: "Hm." }],
          encrypted_content: null,
        },
        {
          role: "assistant",
          content: [{ type: "output_text", text: "A", annotations: [], logprobs: null }],
        },
        { role: "user", content: "And?" },
      ],
      store: true,
      include: ["reasoning.encrypted_content"],
      user: "u",
      service_tier: "flex",
      prompt_cache_key: "k",
      max_tool_calls: 3,
      background: false,
      top_logprobs: 0,
      reasoning: { summary: "auto" },
    });
    expect(request.requires_format).toBeUndefined();
    expect(warningsOf(request)).toEqual([]);
  });

  test("tuning fields do not, and dropping them gives a warning", () => {
    const request = decodeRequest({ input: "Hi", truncation: "auto", text: { verbosity: "low" } });
    expect(request.requires_format).toBeUndefined();
    expect(warningsOf(request)).toEqual([
      "Fields of the openai_responses format are not sent to other m: truncation, text here.",
    ]);
  });
});
