import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../../src/chat/event.ts";
import { foldBatches } from "../../../../src/chat/fold-events.ts";
import type { ChatRequest } from "../../../../src/chat/request.ts";
import { decodeRequest } from "../../../../src/dialects/openai-responses/decode-request.ts";
import { openaiResponsesDialect } from "../../../../src/dialects/openai-responses/index.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";
import { claudeCapabilities } from "../../../../src/providers/claude/capabilities.ts";
import { encodeRequest } from "../../../../src/providers/openai/encode-request.ts";
import { fitRequest } from "../../../../src/routing/fit-request.ts";
import { createAnswerContext } from "../../../support/answer-context.ts";

const parameters = { type: "object", properties: { q: { type: "string" } }, required: ["q"] };
const search = { type: "function", name: "search", description: "Searches.", parameters };
const patch = {
  type: "custom",
  name: "apply_patch",
  description: "Edits files.",
  format: { type: "grammar", syntax: "lark", definition: "start: /.+/" },
};
const notes = { type: "namespace", name: "mcp__notes", description: "Notes.", tools: [search] };
const item = {
  type: "additional_tools",
  id: "at_1",
  role: "developer",
  tools: [{ type: "namespace", name: "functions", tools: [patch, search] }],
};
const user = { role: "user", content: "Hi" };

/** What a provider of another format is given, and the warnings. */
function forClaude(body: JsonObject): { request: ChatRequest; warned: string[] } {
  const warned: string[] = [];
  const request = fitRequest(
    decodeRequest(body),
    {
      provider: { name: "claude", format: "anthropic", capabilities: claudeCapabilities },
      model: { id: "claude-test" },
    },
    ({ param }) => warned.push(param),
  );
  return { request, warned };
}

/** What OpenAI is sent. */
function forOpenai(body: JsonObject): JsonObject {
  return encodeRequest({
    request: decodeRequest(body),
    model: { id: "gpt-test" },
    stream: false,
    warn() {
      throw new Error("there is nothing to warn of");
    },
  });
}

/** A model's answer with one call, as a caller of this API is told it: streamed and whole. */
function answer(body: JsonObject, name: string, args: string): JsonObject[] {
  const events: ChatEvent[] = [
    { type: "start", id: "a", model: "m" },
    { type: "part-start", index: 0, kind: "tool_call", id: "call_1", name },
    { type: "part-delta", index: 0, delta: args },
    { type: "part-end", index: 0 },
    { type: "end", finish_reason: "tool_calls", raw_finish_reason: null, usage: null },
  ];
  const context = createAnswerContext("anthropic", { request: decodeRequest(body) });
  const { encodeResponse, createStreamEncoder } = openaiResponsesDialect;
  const whole = encodeResponse(foldBatches([events], "anthropic"), context) as {
    output: JsonObject[];
  };
  const told = createStreamEncoder(context)
    .encode(events)
    .split("\n\n")
    .flatMap((text) => {
      const data = /^data: (.*)$/m.exec(text)?.[1];
      return data ? [JSON.parse(data) as JsonObject] : [];
    });
  const done = told.flatMap(({ type, item: finished }) =>
    type === "response.output_item.done" ? [finished] : [],
  );
  expect<unknown[]>(done).toEqual(whole.output);
  return told;
}

describe("a namespace's functions", () => {
  const body = { input: [user], tools: [search, notes] };

  test("are offered to others under names of their own", () => {
    const { request, warned } = forClaude(body);
    expect(request.tools).toMatchObject([
      { name: "search", parameters },
      { name: "mcp__notes__search", description: "Searches.", parameters },
    ]);
    expect(warned).toEqual([]);
  });

  test("are called back by namespace and name", () => {
    const told = answer(body, "mcp__notes__search", '{"q":"x"}');
    expect(told).toContainEqual(
      expect.objectContaining({
        type: "response.output_item.added",
        item: expect.objectContaining({ name: "search", namespace: "mcp__notes", arguments: "" }),
      }),
    );
    expect(told).toContainEqual(
      expect.objectContaining({
        type: "response.output_item.done",
        item: expect.objectContaining({
          type: "function_call",
          name: "search",
          namespace: "mcp__notes",
          arguments: '{"q":"x"}',
        }),
      }),
    );
  });

  test("have names that every vendor takes, and that differ", () => {
    const long = { ...notes, name: `mcp__${"n".repeat(60)}` };
    const other = { ...long, tools: [{ ...search, name: "search2" }] };
    const names = forClaude({ input: [user], tools: [long, other] }).request.tools?.map((tool) =>
      tool.type === "opaque" ? "" : tool.name,
    );
    expect(new Set(names).size).toBe(2);
    for (const name of names ?? []) expect(name).toMatch(/^[\w-]{1,64}$/);
  });

  test("and their calls reach OpenAI as they are", () => {
    const call = {
      type: "function_call",
      id: "fc_1",
      call_id: "c",
      name: "search",
      namespace: "mcp__notes",
      arguments: "{}",
    };
    const output = { type: "function_call_output", call_id: "c", output: "x" };
    const choice = { type: "function", name: "search", namespace: "mcp__notes" };
    const sent = forOpenai({ ...body, input: [user, call, output], tool_choice: choice });
    expect(sent).toMatchObject({ tools: body.tools, tool_choice: choice });
    expect(sent.input).toEqual([user, call, output]);
    const { request } = forClaude({ ...body, input: [user, call, output], tool_choice: choice });
    expect(request.tool_choice).toEqual({ name: "mcp__notes__search" });
    expect(request.messages[1]).toMatchObject({ content: [{ name: "mcp__notes__search" }] });
  });
});

describe("a tool that takes free text", () => {
  const body = { input: [user], tools: [patch] };

  test("is offered to others as a function with one text", () => {
    expect(forClaude(body).request.tools).toMatchObject([
      {
        name: "apply_patch",
        description: "Edits files.\n\nThe input must match this lark grammar:\nstart: /.+/",
        parameters: { required: ["input"], properties: { input: { type: "string" } } },
      },
    ]);
  });

  test("is called back with that text", () => {
    const told = answer(body, "apply_patch", '{"input": "*** Begin\\n"}');
    expect(told.map(({ type }) => type)).toContain("response.custom_tool_call_input.done");
    expect(told).toContainEqual(
      expect.objectContaining({
        type: "response.output_item.done",
        item: {
          id: "ctc_a_0",
          type: "custom_tool_call",
          status: "completed",
          call_id: "call_1",
          name: "apply_patch",
          input: "*** Begin\n",
        },
      }),
    );
  });

  test("is called back with whatever the model wrote instead", () => {
    const told = answer(body, "apply_patch", "*** Begin");
    expect(told.at(-2)).toMatchObject({ item: { input: "*** Begin" } });
  });

  test("and its calls reach everyone", () => {
    const call = {
      type: "custom_tool_call",
      id: "ctc_1",
      call_id: "c",
      name: "apply_patch",
      input: "x",
    };
    const output = { type: "custom_tool_call_output", call_id: "c", output: "Done." };
    const chosen = {
      ...body,
      input: [user, call, output],
      tool_choice: { type: "custom", name: "apply_patch" },
    };
    expect(forOpenai(chosen)).toMatchObject({
      tools: [patch],
      input: [user, call, output],
      tool_choice: chosen.tool_choice,
    });
    const { request, warned } = forClaude(chosen);
    expect(request.messages.slice(1)).toMatchObject([
      { role: "assistant", content: [{ name: "apply_patch", arguments: { input: "x" } }] },
      { role: "tool", content: [{ tool_call_id: "c", content: "Done." }] },
    ]);
    expect(warned).toEqual([]);
  });
});

describe("tools in an item of the input", () => {
  const body = { input: [item, user] };

  test("are offered to others, without a warning", () => {
    const { request, warned } = forClaude(body);
    expect(request.tools).toMatchObject([{ name: "apply_patch" }, { name: "search" }]);
    expect(request.messages).toHaveLength(1);
    expect(warned).toEqual([]);
    expect(answer(body, "search", "{}").at(-2)).toMatchObject({
      item: { name: "search", namespace: "functions" },
    });
  });

  test("reach OpenAI as they are, and in no other way", () => {
    const sent = forOpenai(body);
    expect(sent.input).toEqual([item, user]);
    expect(sent).not.toHaveProperty("tools");
  });

  test("replace what was declared before", () => {
    const later = { ...item, tools: [{ ...search, description: "Later." }] };
    const { request } = forClaude({ input: [item, user, later] });
    expect(request.tools).toMatchObject([{ name: "apply_patch" }, { description: "Later." }]);
  });
});

describe("tools that the vendor runs", () => {
  const hosted = { type: "web_search" };

  test("are left out for others with a warning", () => {
    const { request, warned } = forClaude({ input: [user], tools: [search, hosted] });
    expect(request.tools).toHaveLength(1);
    expect(warned).toEqual(["tools[1]"]);
    expect(forClaude({ input: [user], tools: [hosted] }).warned).toEqual(["tools[0]"]);
  });

  test.each<[string, JsonObject]>([
    ["tool_choice", { tools: [search, hosted], tool_choice: hosted }],
    ["tools[0]", { tools: [hosted], tool_choice: "required" }],
  ])("bind the request to this format where one must be called: %s", (param, fields) => {
    const { requires_format } = decodeRequest({ input: [user], ...fields });
    expect(requires_format).toEqual({ format: "openai_responses", param });
  });

  test("are dropped with all tools where a model takes none", () => {
    const request = decodeRequest({ input: [user], tools: [notes] });
    delete request.tools;
    const call = { request, model: { id: "m" }, stream: false, warn() {} };
    expect(encodeRequest(call)).not.toHaveProperty("tools");
  });
});

test("labels of the client's concern nobody else", () => {
  const { request, warned } = forClaude({ input: [user], client_metadata: { a: "b" } });
  expect(request.requires_format).toBeUndefined();
  expect(warned).toEqual([]);
  expect(forOpenai({ input: [user], client_metadata: { a: "b" } })).toMatchObject({
    client_metadata: { a: "b" },
  });
});
