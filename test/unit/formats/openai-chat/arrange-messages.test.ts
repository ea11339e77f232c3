import { describe, expect, test } from "bun:test";
import type { Message } from "../../../../src/chat/message.ts";
import { settleQuirks } from "../../../../src/formats/openai-chat/arrange-messages.ts";
import { encodeRequest } from "../../../../src/formats/openai-chat/encode-request.ts";
import { type QuirkSettings, quirksSchema } from "../../../../src/formats/openai-chat/quirks.ts";
import { PRESETS } from "../../../../src/providers/openai-compatible/presets.ts";
import { createTestCall } from "../../../support/play-response.ts";

const system = (content: string): Message => ({ role: "system", content });
const user = (content: string): Message => ({ role: "user", content });
const CALLS: Message = {
  role: "assistant",
  content: [{ type: "tool_call", id: "c1", name: "f", arguments: {} }],
};
const RESULT: Message = {
  role: "tool",
  content: [{ type: "tool_result", tool_call_id: "c1", content: "ok" }],
};

/** Role and content of each message that is sent. */
function send(messages: Message[], quirks: QuirkSettings = {}, model = "m") {
  const call = createTestCall({ messages }, { model: { id: model } });
  const { body } = encodeRequest(call, quirksSchema.parse(quirks));
  const sent: { role: string; content: unknown }[] = JSON.parse(JSON.stringify(body.messages));
  return {
    sent: sent.map(({ role, content }) => `${role}: ${JSON.stringify(content)}`),
    said: call.warnings.map(({ param }) => param),
    last: sent[sent.length - 1],
  };
}

describe("system messages, if the server takes but one", () => {
  const first = { system_turns: "first" } as const;

  test("at the beginning become one", () => {
    expect(send([system("A"), system("B"), user("hi")], first)).toMatchObject({
      sent: ['system: "A\\n\\nB"', 'user: "hi"'],
      said: [],
    });
  });

  test("later on join what the user said before, or says next, with a warning", () => {
    expect(send([system("A"), user("hi"), system("B")], first)).toMatchObject({
      sent: ['system: "A"', 'user: "hi\\n\\n<system>\\nB\\n</system>"'],
      said: ["messages[2].role"],
    });
    expect(
      send([user("hi"), { role: "assistant", content: "a" }, system("B"), user("go")], first).sent,
    ).toEqual(['user: "hi"', 'assistant: "a"', 'user: "<system>\\nB\\n</system>\\n\\ngo"']);
  });

  test("never come between a call and its result", () => {
    expect(send([user("hi"), CALLS, system("B"), RESULT], first).sent).toEqual([
      'user: "hi"',
      "assistant: null",
      'tool: "ok"',
      'user: "<system>\\nB\\n</system>"',
    ]);
  });

  test("stay where they are by default, but not for Qwen's models", () => {
    const messages = [system("A"), user("hi"), system("B")];
    expect(send(messages).sent).toEqual(['system: "A"', 'user: "hi"', 'system: "B"']);
    for (const model of ["Qwen/Qwen3-32B", "mistralai/devstral-small-2"])
      expect(send(messages, {}, model).said).toEqual(["messages[2].role"]);
  });

  test("are so on every local server, and at Mistral", () => {
    const names = ["ollama", "vllm", "lmstudio", "llamacpp", "mistral"];
    const presets = PRESETS.filter(({ name }) => names.includes(name));
    expect(presets.map(({ quirks }) => quirks.system_turns)).toEqual(names.map(() => "first"));
  });
});

describe("a user's message behind a tool's", () => {
  const messages = [user("hi"), CALLS, RESULT, user("reminder")];

  test("gets a message between them if the server refuses the pair", () => {
    expect(send(messages, { user_after_tool: "bridged" }).sent.slice(-3)).toEqual([
      'tool: "ok"',
      'assistant: "Understood."',
      'user: "reminder"',
    ]);
  });

  test("so does an image of the result, which has to follow it", () => {
    const image: Message = {
      role: "tool",
      content: [
        {
          type: "tool_result",
          tool_call_id: "c1",
          content: [{ type: "image", url: "https://example.com/a.png" }],
        },
      ],
    };
    const { sent } = send([user("hi"), CALLS, image], { user_after_tool: "bridged" });
    expect(sent.map((message) => message.split(":")[0])).toEqual([
      "user",
      "assistant",
      "tool",
      "assistant",
      "user",
    ]);
  });

  test.each([
    ["mistralai/mistral-medium-3.1", "bridged"],
    ["devstral-small-2", "bridged"],
    ["gpt-oss-120b", "taken"],
  ])("%s: %s", (model, expected) => {
    expect<string>(settleQuirks(quirksSchema.parse({}), model).user_after_tool).toBe(expected);
  });
});

describe("an assistant's message at the end", () => {
  test.each(["prefix", "partial"] as const)("is marked with %s", (prefill) => {
    const messages: Message[] = [user("hi"), { role: "assistant", content: "So" }];
    expect(send(messages, { prefill }).last).toEqual({
      role: "assistant",
      content: "So",
      [prefill]: true,
    });
    expect(send([user("hi"), CALLS], { prefill }).last).not.toHaveProperty(prefill);
  });
});

test("an answer of which nothing is left is left out", () => {
  const foreign: Message = {
    role: "assistant",
    content: [{ type: "reasoning", text: "hm", signature: { format: "google", value: "c2ln" } }],
  };
  expect(send([user("a"), foreign, user("b")]).sent).toEqual(['user: "a"', 'user: "b"']);
});
