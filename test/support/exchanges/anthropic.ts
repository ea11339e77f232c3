import type { JsonObject } from "../../../src/json/json-object.ts";
import { claude } from "../vendors/claude.ts";
import { eachAnswer, pick } from "./answers.ts";
import { type Exchange, writeExchange } from "./exchange.ts";
import { playVendor } from "./play-vendor.ts";
import { CITY, NOTHING, PDF, PNG, WEATHER } from "./tools.ts";

// Written from platform.claude.com/docs/en/api/messages, /streaming, /errors and
// /messages-count-tokens as of 2026-11.
const MESSAGES = "https://api.anthropic.com/v1/messages";
const COUNT = `${MESSAGES}/count_tokens`;
const MODEL = "claude-sonnet-5-5";
const HI = { role: "user", content: "Hi" };
const TOOLS = [
  { name: "weather", description: "Tells the weather.", input_schema: CITY },
  { name: "now", input_schema: NOTHING, cache_control: { type: "ephemeral" } },
];

/** Requests of every kind that the reference describes. */
const REQUESTS: readonly [JsonObject, ...JsonObject[]] = [
  { max_tokens: 100, messages: [HI] },
  {
    max_tokens: 100,
    system: "Be brief.",
    messages: [HI, { role: "assistant", content: "Hello" }, { role: "user", content: "Ü 🎉" }],
  },
  {
    max_tokens: 100,
    system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral", ttl: "1h" } }],
    messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
    stop_sequences: ["###", "END"],
    metadata: { user_id: "user-1" },
  },
  {
    max_tokens: 500,
    tools: TOOLS,
    tool_choice: { type: "auto", disable_parallel_tool_use: true },
    messages: [
      { role: "user", content: "Weather?" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "I look.", signature: "c2ln+/A==" },
          { type: "redacted_thinking", data: "aGlkZGVu" },
          { type: "text", text: "I look it up." },
          { type: "tool_use", id: "toolu_1", name: "weather", input: { city: "Zürich" } },
          { type: "tool_use", id: "toolu_2", name: "now", input: {} },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "toolu_1", content: "sunny ☀" },
          {
            type: "tool_result",
            tool_use_id: "toolu_2",
            content: [{ type: "text", text: "no clock" }],
            is_error: true,
          },
          { type: "text", text: "And now?" },
        ],
      },
    ],
  },
  {
    max_tokens: 100,
    messages: [
      {
        role: "user",
        content: [
          { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } },
          {
            type: "document",
            source: { type: "base64", media_type: "application/pdf", data: PDF },
            title: "A page",
            citations: { enabled: true },
          },
          { type: "text", text: "What is in these?" },
        ],
      },
    ],
  },
  {
    max_tokens: 4000,
    thinking: { type: "adaptive" },
    output_config: { effort: "high", format: { type: "json_schema", schema: WEATHER } },
    messages: [{ role: "user", content: "The weather as JSON." }],
  },
];

const answered: readonly Exchange[] = eachAnswer((answer, streamed, name, number) => {
  const stream = streamed ? { stream: true } : {};
  const request = { model: MODEL, ...pick(REQUESTS, number), ...stream };
  return writeExchange({
    name,
    url: MESSAGES,
    headers: { "anthropic-version": "2023-06-01", "content-type": "application/json" },
    request,
    answer: playVendor(claude, answer, { url: MESSAGES, request }),
  });
});

const STREAMED = { model: MODEL, max_tokens: 100, stream: true, messages: [HI] };

function half(): string {
  return claude.half({ text: "A text that breaks off" });
}

/** Streams that come to no good end: an error in the midst, and two answers at once. */
const broken: readonly Exchange[] = [
  writeExchange({
    name: "an error after the first text",
    url: MESSAGES,
    request: STREAMED,
    answer: half() + (claude.streamError ?? ""),
  }),
  writeExchange({
    name: "an error in place of an answer",
    url: MESSAGES,
    request: STREAMED,
    answer: claude.streamError ?? "",
  }),
  writeExchange({
    name: "another answer within the answer",
    url: MESSAGES,
    request: STREAMED,
    answer: half() + half().replaceAll("msg_1", "msg_2"),
  }),
];

const REFUSALS: readonly (readonly [status: number, type: string, message: string])[] = [
  [400, "invalid_request_error", "messages.0.content: text content blocks must be non-empty"],
  [404, "not_found_error", "model: claude-none"],
  [413, "request_too_large", "Request exceeds the maximum size"],
  [401, "authentication_error", "invalid x-api-key"],
  [429, "rate_limit_error", "This request would exceed your organization's rate limit"],
  [529, "overloaded_error", "Overloaded"],
];

const refused: readonly Exchange[] = [MESSAGES, COUNT].flatMap((url) =>
  REFUSALS.map(([status, type, message]) =>
    writeExchange({
      name: `${url === COUNT ? "a count" : "a message"} that was refused with ${status}`,
      url,
      request: { model: MODEL, messages: [HI], ...(url === COUNT ? {} : { max_tokens: 100 }) },
      status,
      answer: { type: "error", error: { type, message }, request_id: "req_1" },
    }),
  ),
);

const counted: readonly Exchange[] = REQUESTS.map(
  ({ max_tokens: _, stop_sequences, metadata, ...rest }, at) =>
    writeExchange({
      name: `a count of tokens ${at}`,
      url: COUNT,
      headers: { "anthropic-version": "2023-06-01" },
      request: { model: MODEL, ...rest },
      answer: { input_tokens: 14 + at },
    }),
);

export const anthropicExchanges: readonly Exchange[] = [
  ...answered,
  ...broken,
  ...refused,
  ...counted,
];
