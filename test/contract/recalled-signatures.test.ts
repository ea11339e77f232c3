import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../src/json/json-object.ts";
import { readObjects } from "../../src/json/narrow.ts";
import { jsonResponse } from "../support/play-response.ts";
import { createPlayedApp } from "../support/played-app.ts";

const CALL_ID = "toolu_0123456789abcdef";
const CLAUDE = jsonResponse({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-opus-5",
  content: [
    { type: "thinking", thinking: "hm", signature: "c2lnbmVk" },
    { type: "text", text: "I look." },
    { type: "tool_use", id: CALL_ID, name: "look", input: { at: "x" } },
  ],
  stop_reason: "tool_use",
  usage: { input_tokens: 1, output_tokens: 1 },
});
const GEMINI = jsonResponse({
  candidates: [
    {
      content: {
        role: "model",
        parts: [
          {
            functionCall: { id: CALL_ID, name: "look", args: { at: "x" } },
            thoughtSignature: "Z29vZ2xl",
          },
        ],
      },
      finishReason: "STOP",
    },
  ],
  usageMetadata: { promptTokenCount: 1 },
});
const OPENAI = jsonResponse({
  id: "resp_1",
  object: "response",
  status: "completed",
  model: "gpt-6.1-sol",
  output: [
    { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "b3BlbmFp" },
    { type: "function_call", id: "fc_1", call_id: CALL_ID, name: "look", arguments: '{"at":"x"}' },
  ],
  usage: { input_tokens: 1, output_tokens: 1 },
});

const ENV = { ANTHROPIC_API_KEY: "sk-ant-api03-x", GEMINI_API_KEY: "k", OPENAI_API_KEY: "k" };
const VENDORS = [
  ["claude/claude-opus-5", CLAUDE, '"signature":"c2lnbmVk"'],
  ["gemini/gemini-3.5-flash", GEMINI, '"thoughtSignature":"Z29vZ2xl"'],
  ["openai/gpt-6.1-sol", OPENAI, '"encrypted_content":"b3BlbmFp"'],
] as const;

const HI = { role: "user", content: "Hi" };
/** What a client sends back that keeps texts and calls alone. */
const turn = (args = '{ "at": "x" }', content: string | null = "I look."): JsonObject[] => [
  HI,
  {
    role: "assistant",
    content,
    tool_calls: [{ id: CALL_ID, type: "function", function: { name: "look", arguments: args } }],
  },
  { role: "tool", tool_call_id: CALL_ID, content: "nothing" },
];

describe("a client of /v1/chat/completions that sends back nothing but the call", () => {
  async function secondTurn(
    model: string,
    response: typeof CLAUDE,
    messages: JsonObject[],
    {
      env = {},
      subject = "tester",
      stream = false,
    }: { env?: Record<string, string>; subject?: string; stream?: boolean } = {},
  ): Promise<string> {
    const ask = createPlayedApp({ ...ENV, ...env }, response);
    const path = "/v1/chat/completions";
    const first = await ask(path, { model, messages: [HI], stream });
    expect(first.status).toBe(200);
    const { sent } = await ask(path, { model, messages }, subject);
    return JSON.stringify(sent[0]);
  }

  for (const [model, response, signature] of VENDORS) {
    test.each([false, true])(
      `${model}: gets its signature back to the vendor (stream: %p)`,
      async (stream) => {
        expect(await secondTurn(model, response, turn(), { stream })).toContain(signature);
      },
    );

    test(`${model}: nobody else does, nor another call under the id, nor if it is turned off`, async () => {
      const others = [
        secondTurn(model, response, turn(), { subject: "somebody" }),
        secondTurn(model, response, turn('{"at":"y"}')),
        secondTurn(model, response, turn(), { env: { SIGNATURE_MEMORY_TURNS: "0" } }),
      ];
      for (const sent of await Promise.all(others)) {
        expect(sent).toContain(CALL_ID);
        expect(sent).not.toContain(signature);
      }
    });
  }

  test("the parts are in the vendor's order, with the text between them", async () => {
    const sent: JsonObject = JSON.parse(await secondTurn("claude/claude-opus-5", CLAUDE, turn()));
    expect(readObjects(sent.messages)[1]).toMatchObject({
      content: [
        { type: "thinking", thinking: "hm", signature: "c2lnbmVk" },
        { type: "text", text: "I look." },
        { type: "tool_use", id: CALL_ID, input: { at: "x" } },
      ],
    });
  });

  test("reasoning that came back as plain text gives way to what was signed", async () => {
    const [, answer] = turn();
    const messages = turn().with(1, { ...answer, reasoning_content: "hm" });
    const sent = await secondTurn("claude/claude-opus-5", CLAUDE, messages);
    expect(sent.match(/"thinking":"hm"/g)).toHaveLength(1);
  });

  test("another vendor is not sent it", async () => {
    const ask = createPlayedApp(ENV, CLAUDE);
    await ask("/v1/chat/completions", { model: "claude/claude-opus-5", messages: [HI] });
    const { sent, body } = await ask("/v1/chat/completions", {
      model: "openai/gpt-6.1-sol",
      messages: turn(),
    });
    expect(JSON.stringify(sent[0])).not.toContain("c2lnbmVk");
    expect(JSON.stringify(body.warnings ?? [])).not.toContain("signature");
  });
});
