import { describe, expect, test } from "bun:test";
import type { Warning } from "../../../src/chat/event.ts";
import type { ChatRequest } from "../../../src/chat/request.ts";
import { anthropicMessagesDialect } from "../../../src/dialects/anthropic-messages/index.ts";
import { openaiChatDialect } from "../../../src/dialects/openai-chat/index.ts";
import { openaiResponsesDialect } from "../../../src/dialects/openai-responses/index.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import { capabilitiesOf } from "../../../src/formats/openai-chat/capabilities.ts";
import { encodeRequest as encodeCompletion } from "../../../src/formats/openai-chat/encode-request.ts";
import { NO_QUIRKS } from "../../../src/formats/openai-chat/quirks.ts";
import type { JsonObject } from "../../../src/json/json-object.ts";
import { claudeCapabilities } from "../../../src/providers/claude/capabilities.ts";
import { encodeRequest as encodeClaude } from "../../../src/providers/claude/encode-request.ts";
import { geminiCapabilities } from "../../../src/providers/gemini/capabilities.ts";
import { fitRequest } from "../../../src/routing/fit-request.ts";

const messages = [{ role: "user", content: "Hi" }];
const warned: Warning[] = [];
const warn = (warning: Warning) => warned.push(warning);
const model = { id: "m" };

/** What Claude is sent; nothing may be warned of. */
function toClaude(request: ChatRequest): JsonObject {
  warned.length = 0;
  const provider = {
    name: "claude",
    format: "anthropic",
    capabilities: claudeCapabilities,
  } as const;
  const fitted = fitRequest(request, { provider, model }, warn);
  const { body } = encodeClaude(
    { request: fitted, model, stream: false, warn },
    { systemTurns: true },
  );
  expect(warned).toEqual([]);
  return body;
}

/** What a server of Chat Completions is sent; nothing may be warned of. */
function toPlain(request: ChatRequest, quirks = NO_QUIRKS): JsonObject {
  warned.length = 0;
  const provider = {
    name: "plain",
    format: "openai_chat",
    capabilities: capabilitiesOf(quirks),
  } as const;
  const fitted = fitRequest(request, { provider, model }, warn);
  const { body } = encodeCompletion({ request: fitted, model, stream: false, warn }, quirks);
  expect(warned).toEqual([]);
  return body;
}

const chat = (body: JsonObject) => openaiChatDialect.decodeRequest(body, new Headers());
const responses = (body: JsonObject) => openaiResponsesDialect.decodeRequest(body, new Headers());
const anthropic = (body: JsonObject) =>
  anthropicMessagesDialect.decodeRequest({ max_tokens: 9, ...body }, new Headers());

describe("prompt_cache_key asks a vendor that does not cache by itself to do so", () => {
  const requests = [
    chat({ model: "m", messages, prompt_cache_key: "k" }),
    responses({ model: "m", input: "Hi", prompt_cache_key: "k" }),
  ];

  test.each(requests)("Claude caches what it can", (request) => {
    expect(toClaude(request).cache_control).toEqual({ type: "ephemeral" });
  });

  test.each(requests)("nobody is warned where that cannot be asked for", (request) => {
    warned.length = 0;
    const provider = {
      name: "gemini",
      format: "google",
      capabilities: geminiCapabilities("api"),
    } as const;
    expect(fitRequest(request, { provider, model }, warn).cache).toBeUndefined();
    expect(warned).toEqual([]);
    expect(toPlain(request)).not.toHaveProperty("cache_control");
  });
});

describe("cache_control on a message of Chat Completions", () => {
  const cache_control = { type: "ephemeral" };
  const said = [
    { role: "system", content: "Be brief.", cache_control },
    {
      role: "user",
      content: [
        { type: "text", text: "Hi" },
        { type: "text", text: "there" },
      ],
      cache_control,
    },
    { role: "assistant", content: "Yes?", cache_control },
    { role: "user", content: "Go on." },
  ];

  test("is Claude's on the message's last text", () => {
    const body = toClaude(chat({ model: "m", messages: said }));
    const block = (text: string) => ({ type: "text", text, cache_control });
    expect(body.system).toEqual([block("Be brief.")]);
    expect(body.messages).toEqual([
      { role: "user", content: [{ type: "text", text: "Hi" }, block("there")] },
      { role: "assistant", content: [block("Yes?")] },
      { role: "user", content: "Go on." },
    ]);
  });

  test("is Claude's on a call that has it, as opencode sends it", () => {
    const called = { name: "f", arguments: "{}" };
    const call = { id: "call_1", type: "function", function: called, cache_control };
    const talk = [
      { role: "user", content: "Hi" },
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: "call_1", content: "ok" },
    ];
    const request = chat({ model: "m", messages: talk });
    expect(toClaude(request).messages).toMatchObject([
      { role: "user" },
      { content: [{ type: "tool_use", id: "call_1", cache_control }] },
      { role: "user" },
    ]);
    expect(toPlain(request).messages).toEqual(talk);
  });

  test("stays where it is for a server of the same format", () => {
    expect(toPlain(chat({ model: "m", messages: said })).messages).toEqual(said);
  });
});

describe("what Anthropic's clients say of themselves", () => {
  test("their user's id is Claude's alone", () => {
    const request = anthropic({ model: "m", messages, metadata: { user_id: "u-1" } });
    expect(toClaude(request).metadata).toEqual({ user_id: "u-1" });
    expect(toPlain(request)).not.toHaveProperty("metadata");
  });

  test("a system turn is no loss that is warned of", () => {
    const turn = { role: "system", content: "Be brief." };
    const request = anthropic({ model: "m", messages: [...messages, turn] });
    expect(toPlain(request).messages).toEqual([...messages, turn]);
    expect(toClaude({ ...request, model: "claude-sonnet-5-5" }).messages).toEqual([
      ...messages,
      turn,
    ]);
  });

  test("an error names the place of the fault, for which this format has no field", () => {
    const { encodeError } = anthropicMessagesDialect;
    const messageOf = (error: ChatError) =>
      (encodeError(error, "r").body as { error: { message: string } }).error.message;
    expect(
      messageOf(new ChatError("unsupported_parameter", { param: "tools[0]", message: "No." })),
    ).toBe("tools[0]: No.");
    expect(
      messageOf(new ChatError("invalid_request", { param: "a.b", message: "a.b: is wrong." })),
    ).toBe("a.b: is wrong.");
  });
});
