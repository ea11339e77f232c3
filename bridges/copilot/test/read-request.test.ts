import { describe, expect, test } from "bun:test";
import { BridgeError } from "../src/bridge-error.ts";
import { type Message, readRequest } from "../src/read-request.ts";

const MESSAGES: Message[] = [{ role: "user", content: "Hi" }];

function refusal(body: unknown) {
  try {
    readRequest(body);
  } catch (error) {
    if (error instanceof BridgeError) return error.detail;
    throw error;
  }
  throw new Error("the request was taken");
}

describe("readRequest", () => {
  test("reads a plain request, and null as absent", () => {
    const plain = {
      model: "gpt-5.4",
      messages: MESSAGES,
      tools: [],
      reasoningEffort: null,
      stream: false,
      includeUsage: false,
    };
    expect(readRequest({ model: "gpt-5.4", messages: MESSAGES })).toEqual(plain);
    expect(
      readRequest({
        model: "gpt-5.4",
        messages: MESSAGES,
        temperature: null,
        tools: null,
        stream: null,
        stream_options: null,
      }),
    ).toEqual(plain);
  });

  test("reads everything that it supports", () => {
    const parameters = { type: "object", properties: { city: { type: "string" } } };
    expect(
      readRequest({
        model: "gpt-5.4",
        messages: MESSAGES,
        stream: true,
        stream_options: { include_usage: true },
        reasoning_effort: "high",
        tools: [
          {
            type: "function",
            function: { name: "weather", description: "…", parameters, strict: true },
          },
        ],
        tool_choice: "auto",
      }),
    ).toEqual({
      model: "gpt-5.4",
      messages: [{ role: "user", content: "Hi" }],
      tools: [{ name: "weather", description: "…", parameters }],
      reasoningEffort: "high",
      stream: true,
      includeUsage: true,
    });
  });

  test("offers no tools if none may be called", () => {
    const tools = [{ type: "function", function: { name: "weather" } }];
    expect(
      readRequest({ model: "m", messages: MESSAGES, tools, tool_choice: "none" }).tools,
    ).toEqual([]);
  });

  test("refuses what Copilot does not support, by name", () => {
    for (const [name, value] of Object.entries({
      temperature: 0.5,
      top_p: 0.1,
      max_tokens: 10,
      max_completion_tokens: 10,
      stop: ["x"],
      seed: 1,
      n: 2,
      logprobs: true,
      parallel_tool_calls: false,
      response_format: { type: "json_object" },
      web_search_options: {},
    })) {
      expect(refusal({ model: "m", messages: MESSAGES, [name]: value })).toMatchObject({
        status: 400,
        code: "unsupported_parameter",
        param: name,
      });
    }
    expect(refusal({ model: "m", messages: MESSAGES, tool_choice: "required" })).toMatchObject({
      param: "tool_choice",
    });
    expect(refusal({ model: "m", messages: MESSAGES, reasoning_effort: "none" })).toMatchObject({
      param: "reasoning_effort",
    });
  });

  test("accepts values that request the default behaviour", () => {
    const harmless = {
      n: 1,
      temperature: 1,
      response_format: { type: "text" },
      parallel_tool_calls: true,
      user: "u",
      store: false,
    };
    expect(readRequest({ model: "m", messages: MESSAGES, ...harmless })).toMatchObject({
      model: "m",
    });
  });

  test("refuses malformed requests", () => {
    for (const body of [
      null,
      [],
      {},
      { model: "m" },
      { model: "", messages: MESSAGES },
      { model: "m", messages: [] },
      { model: "m", messages: [{ role: "robot", content: "Hi" }] },
      { model: "m", messages: [{ role: "user", content: [{ type: "input_audio" }] }] },
      { model: "m", messages: MESSAGES, tools: [{ type: "function", function: { name: "a b" } }] },
    ]) {
      expect(refusal(body)).toMatchObject({ status: 400, code: "invalid_request" });
    }
  });
});
