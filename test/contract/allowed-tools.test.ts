import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../src/json/json-object.ts";
import { readObjects } from "../../src/json/narrow.ts";
import { jsonResponse } from "../support/play-response.ts";
import { createPlayedApp } from "../support/played-app.ts";

const ENV = {
  ANTHROPIC_API_KEY: "sk-ant-api03-x",
  GEMINI_API_KEY: "k",
  OPENAI_API_KEY: "k",
  COMPATIBLE_PROVIDERS: JSON.stringify([{ name: "generic", base_url: "http://generic.test/v1" }]),
};
const MODELS = [
  "claude/claude-opus-4-6",
  "gemini/gemini-3.5-flash",
  "openai/gpt-6.1-sol",
  "generic/m",
];
const parameters = { type: "object", properties: {} };
const names = ["a", "b", "c"];

/** In each API: three tools, of which two may be called. */
function ask(path: string, model: string, mode: "auto" | "required"): JsonObject {
  const message = { role: "user", content: "Hi" };
  if (path === "/v1/responses")
    return {
      model,
      input: "Hi",
      tools: names.map((name) => ({ type: "function", name, parameters })),
      tool_choice: {
        type: "allowed_tools",
        mode,
        tools: ["a", "c"].map((name) => ({ type: "function", name })),
      },
    };
  if (path === "/chat")
    return {
      model,
      messages: [message],
      tools: names.map((name) => ({ name, parameters })),
      tool_choice: { mode, tools: ["a", "c"] },
    };
  return {
    model,
    messages: [message],
    tools: names.map((name) => ({ type: "function", function: { name, parameters } })),
    tool_choice: {
      type: "allowed_tools",
      allowed_tools: {
        mode,
        tools: ["a", "c"].map((name) => ({ type: "function", function: { name } })),
      },
    },
  };
}

async function send(path: string, model: string, mode: "auto" | "required"): Promise<JsonObject> {
  // What it answers does not matter here.
  const { sent } = await createPlayedApp(ENV, jsonResponse({}))(path, ask(path, model, mode));
  const [body] = sent;
  if (!body) throw new Error(`${path} sent nothing to ${model}`);
  return body;
}

const PATHS = ["/chat", "/v1/chat/completions", "/v1/responses"];

describe.each(PATHS)("allowed tools in %s bind every vendor", (path) => {
  test.each(MODELS)("%s", async (model) => {
    for (const mode of ["auto", "required"] as const) {
      const body = await send(path, model, mode);
      const text = JSON.stringify(body.tools);
      const isNative =
        model.startsWith("openai/") ||
        (model.startsWith("generic/") && path === "/v1/chat/completions");
      expect(text).toContain('"name":"a"');
      expect(text.includes('"name":"b"')).toBe(isNative);
      const choice = JSON.stringify(body.tool_choice ?? body.toolConfig ?? "auto");
      if (isNative) expect(choice).toContain('"allowed_tools"');
      else expect(choice).toMatch(mode === "auto" ? /auto/i : /any|required/i);
    }
  });
});

test("OpenAI is sent the caller's own list", async () => {
  const body = await send("/v1/responses", "openai/gpt-6.1-sol", "required");
  expect(body.tool_choice).toEqual(ask("/v1/responses", "", "required").tool_choice ?? null);
  expect(readObjects(body.tools)).toHaveLength(3);
});
