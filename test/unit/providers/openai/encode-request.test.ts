import { describe, expect, test } from "bun:test";
import type { Warning } from "../../../../src/chat/event.ts";
import type { ModelInfo } from "../../../../src/chat/model.ts";
import type { ChatRequest } from "../../../../src/chat/request.ts";
import { readObjects } from "../../../../src/json/narrow.ts";
import { encodeRequest } from "../../../../src/providers/openai/encode-request.ts";
import { thrownBy } from "../../../support/thrown-by.ts";

const MODEL: ModelInfo = { id: "gpt-test" };

function encode(request: Partial<ChatRequest>, defaults = {}) {
  const warnings: Warning[] = [];
  const body = encodeRequest(
    {
      request: { messages: [{ role: "user", content: "Hi" }], ...request },
      model: MODEL,
      stream: false,
      warn: (warning) => warnings.push(warning),
    },
    defaults,
  );
  return { body, warnings };
}

describe("encodeRequest", () => {
  test("a minimal request", () => {
    expect(encode({})).toEqual({
      body: { model: "gpt-test", input: [{ role: "user", content: "Hi" }], stream: false },
      warnings: [],
    });
  });

  test("encodes every parameter", () => {
    const { body, warnings } = encode({
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hi" },
      ],
      tools: [
        { name: "look", description: "Looks", parameters: { type: "object" }, strict: true },
        { name: "go" },
      ],
      tool_choice: { name: "look" },
      parallel_tool_calls: false,
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 100,
      reasoning: { effort: "high", visible: true },
      response_format: { type: "json_schema", schema: { type: "object" }, strict: true },
      metadata: { team: "a" },
    });
    expect(warnings).toEqual([]);
    expect(body).toEqual({
      model: "gpt-test",
      instructions: "Be brief.",
      input: [{ role: "user", content: "Hi" }],
      tools: [
        {
          type: "function",
          name: "look",
          description: "Looks",
          parameters: { type: "object", additionalProperties: false },
          strict: true,
        },
        {
          type: "function",
          name: "go",
          parameters: { type: "object", properties: {} },
          strict: false,
        },
      ],
      tool_choice: { type: "function", name: "look" },
      parallel_tool_calls: false,
      temperature: 0.5,
      top_p: 0.9,
      max_output_tokens: 100,
      reasoning: { effort: "high", summary: "auto" },
      text: {
        format: {
          type: "json_schema",
          name: "answer",
          schema: { type: "object", additionalProperties: false },
          strict: true,
        },
      },
      metadata: { team: "a" },
      stream: false,
    });
  });

  test("a lone system message stays in the input, which must not be empty", () => {
    expect(encode({ messages: [{ role: "system", content: "Go." }] }).body).toMatchObject({
      input: [{ role: "system", content: "Go." }],
    });
  });

  test("defaults apply if the caller sets nothing, and can be unset", () => {
    const defaults = { store: false, include: ["reasoning.encrypted_content"] };
    expect(encode({}, defaults).body).toMatchObject(defaults);
    expect(encode({ extras: { openai_responses: { store: true } } }, defaults).body).toMatchObject({
      store: true,
    });
    const unset = encode(
      { extras: { openai_responses: { $unset: ["store", "include"] } } },
      defaults,
    ).body;
    expect(unset).not.toHaveProperty("store");
    expect(unset).not.toHaveProperty("include");
    expect(unset).not.toHaveProperty("$unset");
  });

  test("extras override what was encoded, text and reasoning field by field", () => {
    const { body } = encode({
      reasoning: { effort: "low" },
      response_format: { type: "json" },
      extras: {
        openai_responses: {
          text: { verbosity: "low" },
          reasoning: { context: "all_turns" },
          truncation: "auto",
        },
      },
    });
    expect(body).toMatchObject({
      text: { format: { type: "json_object" }, verbosity: "low" },
      reasoning: { effort: "low", context: "all_turns" },
      truncation: "auto",
    });
  });

  test("extras cannot set the model, limit, input or stream", () => {
    const extras = {
      openai_responses: {
        model: "dear",
        max_output_tokens: 9999,
        input: "x",
        stream: true,
        user: "u",
      },
    };
    expect(encode({ extras }).body).toEqual({
      model: "gpt-test",
      input: [{ role: "user", content: "Hi" }],
      stream: false,
      user: "u",
    });
    expect(encode({ extras, max_tokens: 50 }).body.max_output_tokens).toBe(50);
  });

  test("extras cannot unset them either", () => {
    const extras = {
      openai_responses: { $unset: ["model", "input", "stream", "max_output_tokens"] },
    };
    expect(encode({ extras, max_tokens: 50 }).body).toEqual(encode({ max_tokens: 50 }).body);
  });

  test("a name that begins with $ is never sent, even among the fields of a note", () => {
    const extras = {
      openai_responses: { $x: 1, $item: { $x: 2, status: "completed" }, further: true },
    };
    const { body } = encode({
      messages: [
        { role: "user", content: [{ type: "text", text: "Hi", extras }], extras },
        {
          role: "assistant",
          content: [
            { type: "text", text: "a", extras },
            { type: "tool_call", id: "c", name: "f", arguments: {}, extras },
          ],
          extras,
        },
        {
          role: "tool",
          content: [{ type: "tool_result", tool_call_id: "c", content: "r", extras }],
          extras,
        },
      ],
      tools: [{ name: "f", extras }],
      extras: {
        openai_responses: { ...extras.openai_responses, $summary: { $x: 3 }, $format: { $x: 4 } },
      },
      reasoning: { effort: "low", visible: true },
      response_format: { type: "json" },
    });
    const item = { status: "completed" };
    expect(body).toMatchObject({
      further: true,
      input: [item, item, item, item],
      tools: [{ further: true }],
    });
    expect(JSON.stringify(body)).not.toContain("$");
  });

  test("extras of other formats are not sent", () => {
    expect(
      JSON.stringify(encode({ extras: { anthropic: { service_tier: "x" } } }).body),
    ).not.toContain("service_tier");
  });

  test("a limit that is too small is raised, with a warning", () => {
    const { body, warnings } = encode({ max_tokens: 5 });
    expect(body.max_output_tokens).toBe(16);
    expect(warnings).toMatchObject([{ code: "adjusted_parameter", param: "max_tokens" }]);
    expect(
      encode({ max_tokens: 5, extras: { openai_responses: { $max_output_tokens: true } } }),
    ).toMatchObject({
      body: { max_output_tokens: 5 },
      warnings: [],
    });
  });

  test.each([
    [0, "none"],
    [1000, "low"],
    [10_000, "medium"],
    [60_000, "high"],
  ])("a budget of %d is effort %s, with a warning", (budget, effort) => {
    const { body, warnings } = encode({ reasoning: { budget_tokens: budget } });
    expect(body.reasoning).toEqual({ effort });
    expect(warnings).toMatchObject([
      { code: "adjusted_parameter", param: "reasoning.budget_tokens" },
    ]);
  });

  test("empty reasoning settings are not sent", () => {
    expect(encode({ reasoning: { visible: false } }).body).not.toHaveProperty("reasoning");
  });

  test("opaque tools are sent unchanged", () => {
    const value = { type: "web_search", search_context_size: "low" };
    expect(
      encode({ tools: [{ type: "opaque", format: "openai_responses", value }] }).body.tools,
    ).toEqual([value]);
  });
});

describe("schemas that OpenAI refuses", () => {
  const said = (warnings: Warning[]) => warnings.map(({ param }) => param);

  test("alternatives at the root of a tool's are merged, with a warning that names the tool", () => {
    const parameters = {
      type: "object",
      properties: { a: { type: "string" }, b: { type: "string" } },
      anyOf: [{ required: ["a"] }, { required: ["b"] }],
    };
    const { body, warnings } = encode({ tools: [{ name: "diff", parameters }] });
    expect(body.tools).toMatchObject([
      { parameters: { type: "object", properties: parameters.properties }, strict: false },
    ]);
    expect(JSON.stringify(body.tools)).not.toContain("anyOf");
    expect(said(warnings)).toEqual(["tools[0].parameters"]);
    expect(warnings[0]?.message).toContain('"diff"');
  });

  test.each([
    ["strict", { type: "object" }, true],
    ["not typed as an object", {}, false],
  ])("alternatives at the root of an answer's, %s, are merged too", (_what, type, strict) => {
    const either = ["a", "b"].map((name) => ({
      type: "object",
      properties: { [name]: { type: "string" } },
      required: [name],
    }));
    const { body, warnings } = encode({
      response_format: { type: "json_schema", schema: { ...type, anyOf: either }, strict },
    });
    expect(body.text).toMatchObject({
      format: {
        schema: {
          type: "object",
          properties: { a: { type: "string" }, b: { type: "string" } },
          description: "Needs one of: a; b.",
        },
        strict: false,
      },
    });
    expect(JSON.stringify(body.text)).not.toContain("anyOf");
    expect(said(warnings)).toContain("response_format.schema");
  });

  test.each([
    { type: "array", items: { type: "string" } },
    { anyOf: [{ type: "string" }, { type: "null" }] },
    { enum: ["a", "b"] },
    {},
  ])("an answer's that is no object is refused: %j", (schema) => {
    const thrown = thrownBy(() => encode({ response_format: { type: "json_schema", schema } }));
    expect(thrown).toMatchObject({
      code: "unsupported_parameter",
      param: "response_format.schema",
      message: expect.stringContaining("make the schema a property"),
    });
  });

  test("keywords that a strict one must not have are said in descriptions", () => {
    const schema = {
      type: "object",
      properties: {
        a: { oneOf: [{ type: "string" }, { type: "null" }], default: null },
        b: { $ref: "#/$defs/b", description: "B." },
      },
      required: ["a", "b"],
      $defs: { b: { type: "array", items: { type: "string" }, uniqueItems: true } },
    };
    const { body, warnings } = encode({
      response_format: { type: "json_schema", schema, strict: true },
    });
    expect(body.text).toMatchObject({
      format: {
        strict: true,
        schema: {
          properties: {
            a: { anyOf: [{ type: "string" }, { type: "null" }], description: "(default: null)" },
            b: { anyOf: [{ $ref: "#/$defs/b" }], description: "B." },
          },
          additionalProperties: false,
        },
      },
    });
    expect(JSON.stringify(body.text)).not.toMatch(/"(?:oneOf|uniqueItems|default)":/);
    expect(said(warnings)).toEqual(["response_format"]);
  });

  test("one with fields that may be left out is sent as not strict, with a warning", () => {
    const parameters = { type: "object", properties: { a: { type: "string" } } };
    const { body, warnings } = encode({ tools: [{ name: "f", parameters, strict: true }] });
    expect(body.tools).toMatchObject([{ parameters, strict: false }]);
    expect(said(warnings)).toEqual(["tools[0].parameters"]);
  });

  test("one that is not strict is sent as it is", () => {
    const parameters = { type: "object", properties: { a: { oneOf: [], default: 1 } } };
    const { body, warnings } = encode({ tools: [{ name: "f", parameters }] });
    expect(body.tools).toMatchObject([{ parameters }]);
    expect(warnings).toEqual([]);
  });
});

describe("items that OpenAI refuses", () => {
  const proof = (id: string, value: string) => ({
    signature: { format: "openai_responses" as const, id, value },
  });
  const thought = (id: string, value = "gAAA") =>
    ({ type: "reasoning", text: "", ...proof(id, value) }) as const;
  const said = { type: "text", text: "a" } as const;
  const typesOf = ({ body }: ReturnType<typeof encode>) =>
    readObjects(body.input).map(({ type, role }) => type ?? role);

  test("reasoning that nothing of the model's follows is left out, with a warning", () => {
    const encoded = encode({
      messages: [
        { role: "assistant", content: [thought("rs_1"), said, thought("rs_2")] },
        { role: "user", content: "Go on" },
        { role: "assistant", content: [thought("rs_3")] },
        { role: "assistant", content: [thought("rs_4"), said] },
      ],
    });
    expect(typesOf(encoded)).toEqual([
      "reasoning",
      "message",
      "user",
      "reasoning",
      "reasoning",
      "message",
    ]);
    expect(encoded.warnings.map(({ param }) => param)).toEqual(["messages[0].content[2]"]);
  });

  test("reasoning that is only an id is left out if nothing is kept there", () => {
    const bare = {
      type: "reasoning",
      text: "hm",
      extras: { openai_responses: { $item: { id: "rs_1" } } },
    } as const;
    const messages: ChatRequest["messages"] = [{ role: "assistant", content: [bare, said] }];
    const kept = encode({ messages });
    expect(typesOf(kept)).toEqual(["reasoning", "message"]);
    expect(kept.warnings).toEqual([]);
    const dropped = encode({ messages }, { store: false });
    expect(typesOf(dropped)).toEqual(["message"]);
    expect(dropped.warnings.map(({ param }) => param)).toEqual(["messages[0].content[0]"]);
  });

  test("an item that comes twice is sent once, and an id of two items once", () => {
    const text = (id: string, words: string) => ({
      type: "text" as const,
      text: words,
      extras: { openai_responses: { $item: { id } } },
    });
    const { body, warnings } = encode({
      messages: [
        { role: "assistant", content: [thought("rs_1"), text("msg_1", "a")] },
        { role: "assistant", content: [thought("rs_1"), text("msg_1", "b")] },
      ],
    });
    expect(body.input).toMatchObject([
      { type: "reasoning", id: "rs_1" },
      { id: "msg_1", content: [{ text: "a" }] },
      { content: [{ text: "b" }] },
    ]);
    expect(readObjects(body.input)[2]).not.toHaveProperty("id");
    expect(warnings).toEqual([]);
  });
});
