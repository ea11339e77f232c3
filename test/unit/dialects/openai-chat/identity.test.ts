import { describe, expect, test } from "bun:test";
import { foldEvents } from "../../../../src/chat/fold-events.ts";
import { openaiChatDialect } from "../../../../src/dialects/openai-chat/index.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";
import { fitRequest } from "../../../../src/routing/fit-request.ts";
import { findCompatible } from "../../../support/open-compatible.ts";
import { createTestCall, jsonResponse, playResponses } from "../../../support/play-response.ts";

const USER = { role: "user", content: "Hi" };
const ANSWER = {
  id: "c",
  model: "m",
  choices: [{ message: { content: "Hi" }, finish_reason: "stop" }],
};

/** The body that reaches a server of the same format without quirks. */
async function send(body: JsonObject): Promise<unknown> {
  const request = openaiChatDialect.decodeRequest(body, new Headers());
  const played = playResponses(jsonResponse(ANSWER));
  const provider = findCompatible("plain", played);
  const call = createTestCall(request, { model: { id: "m" } });
  const fitted = fitRequest(request, { provider, model: { id: "m" } }, call.warn);
  await foldEvents(await provider.open({ ...call, request: fitted }));
  expect(call.warnings).toEqual([]);
  return JSON.parse(played.calls[0]?.body ?? "");
}

const call = (more: JsonObject = {}, text = '{"a": 1}') => ({
  id: "t1",
  type: "function",
  function: { name: "f", arguments: text },
  ...more,
});

const REQUESTS: Readonly<Record<string, JsonObject>> = {
  speech: {
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "a" },
          { type: "input_audio", input_audio: { data: "AA==", format: "wav" } },
        ],
      },
    ],
    modalities: ["text"],
  },
  files: {
    messages: [
      {
        role: "user",
        content: [
          { type: "file", file: { file_data: "data:text/plain;base64,aGk=", filename: "a.txt" } },
          {
            type: "file",
            file: { file_data: "data:application/pdf;base64,JVBE", filename: "x.pdf" },
          },
          { type: "file", file: { file_data: "data:application/pdf;base64,JVBE" } },
          { type: "file", file: { file_id: "file-1" } },
        ],
      },
    ],
  },
  images: {
    messages: [
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: "https://a.test/x.jpg", detail: "high" } },
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==", detail: "auto" } },
          { type: "image_url", image_url: "https://a.test/x.jpg" },
        ],
      },
    ],
  },
  "a list of one text, with a cache hint of a kind that is not known": {
    messages: [
      {
        role: "user",
        content: [{ type: "text", text: "only", cache_control: { type: "ephemeral", ttl: "3h" } }],
      },
    ],
  },
  "roles and names": {
    messages: [
      { role: "developer", content: [{ type: "text", text: "d" }] },
      { ...USER, name: "Ann" },
      { role: "assistant", content: "x", name: "Bob" },
      USER,
    ],
  },
  "calls without arguments, and a result with an image": {
    messages: [
      USER,
      { role: "assistant", content: null, tool_calls: [call({}, "")] },
      {
        role: "tool",
        tool_call_id: "t1",
        content: [
          { type: "text", text: "x" },
          { type: "image_url", image_url: { url: "https://a.test/x.jpg" } },
        ],
      },
    ],
  },
  "content null, absent and empty beside calls": {
    messages: [
      { role: "assistant", content: null, tool_calls: [call()] },
      { role: "assistant", tool_calls: [call({ id: "t2" })] },
      {
        role: "assistant",
        content: "",
        tool_calls: [call({ id: "t3", extra_content: { google: { thought_signature: "zz" } } })],
      },
    ],
  },
  "tools and calls without a type, calls without arguments or ids": {
    messages: [
      {
        role: "assistant",
        content: [],
        tool_calls: [{ id: "t1", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "t1", content: "r" },
      { role: "assistant", tool_calls: [{ id: "", type: "function", function: { name: "f" } }] },
      { role: "tool", tool_call_id: "", content: "r" },
    ],
    tools: [{ function: { name: "f", parameters: {} } }],
    tool_choice: { function: { name: "f" } },
  },
  "empty lists": { messages: [USER], tools: [], stop: [] },
  "an answer with an empty object for all that it has not": {
    messages: [
      {
        role: "assistant",
        content: "a",
        audio: { id: "", data: "", expires_at: 0 },
        function_call: { name: "", arguments: "" },
        tool_calls: [call({ custom: { name: "", input: "" } })],
      },
    ],
  },
  "other answers than a text": {
    messages: [USER],
    logprobs: true,
    top_logprobs: 2,
    modalities: ["text", "audio"],
    audio: { voice: "x", format: "wav" },
  },
  "empty content": {
    messages: [
      { role: "user", content: [] },
      { role: "assistant", content: "" },
      { role: "assistant", content: null },
      USER,
    ],
  },
  "refusals, annotations and earlier speech": {
    messages: [
      {
        role: "assistant",
        content: [
          { type: "text", text: "a" },
          { type: "refusal", refusal: "no" },
        ],
      },
      { role: "assistant", content: null, refusal: "no", annotations: [] },
      {
        role: "assistant",
        content: "a",
        refusal: null,
        annotations: [{ type: "url_citation" }],
        tool_calls: [],
      },
      { role: "assistant", content: null, audio: { id: "audio_1" } },
      USER,
    ],
  },
  "reasoning in every form": {
    messages: [
      {
        role: "assistant",
        content: "a",
        reasoning_content: "r",
        reasoning: "r2",
        reasoning_details: [{ type: "reasoning.text", text: "r", signature: "s" }],
      },
      { role: "assistant", content: "a", reasoning_content: "" },
      { role: "assistant", content: "a", reasoning: null, reasoning_details: [] },
      {
        role: "assistant",
        content: [
          {
            type: "thinking",
            thinking: [
              { type: "text", text: "h" },
              { type: "text", text: "m" },
            ],
          },
          { type: "text", text: "a" },
        ],
        prefix: false,
      },
      USER,
    ],
    reasoning: { enabled: true },
  },
  "custom tools": {
    messages: [
      USER,
      {
        role: "assistant",
        tool_calls: [{ id: "x", type: "custom", custom: { name: "c", input: "i" } }],
      },
      { role: "tool", tool_call_id: "x", content: "r" },
    ],
    tools: [{ type: "custom", custom: { name: "c", format: { type: "text" } } }],
    tool_choice: { type: "custom", custom: { name: "c" } },
  },
  "tools and formats with more and with less than they need": {
    messages: [USER],
    tools: [
      { type: "function", function: { name: "f", description: null, parameters: {}, more: 1 } },
      { type: "function", function: { name: "g" } },
    ],
    tool_choice: "any",
    response_format: {
      type: "json_schema",
      json_schema: { name: "n", schema: {}, strict: null, description: null },
    },
  },
  "hints and nuances": {
    messages: [USER],
    service_tier: "flex",
    prediction: { type: "content", content: "x" },
    logit_bias: { 1: 2 },
    store: true,
    metadata: { a: "b" },
    user: "u",
    safety_identifier: "s",
    prompt_cache_key: "k",
    verbosity: "low",
    frequency_penalty: 0,
    presence_penalty: 0.5,
    seed: 1,
    stop: "x",
    top_p: 1,
    temperature: 0,
    parallel_tool_calls: true,
    logprobs: false,
    n: 1,
    max_completion_tokens: 5,
    reasoning_effort: "minimal",
    response_format: { type: "text" },
    stream: false,
  },
  "what only one server knows": {
    messages: [
      {
        role: "user",
        content: [{ type: "video_url", video_url: { url: "https://a.test/v.mp4" } }],
      },
    ],
    web_search_options: { search_context_size: "low" },
    enable_thinking: true,
    chat_template_kwargs: { a: 1 },
    plugins: [{ id: "web" }],
    provider: { order: ["a"] },
  },
};

describe("a request reaches a server of the same format unchanged", () => {
  for (const [name, request] of Object.entries(REQUESTS)) {
    test(name, async () => {
      const body = { model: "m", ...request };
      expect(await send(body)).toStrictEqual(body);
    });
  }
});
