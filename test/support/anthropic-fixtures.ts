import type { AnthropicMessage } from "./read-anthropic-message.ts";
import type { AnswerSummary } from "./summarize-answer.ts";

/** An answer of Anthropic's, written by hand from its documentation, and what a caller must get. */
export interface AnthropicFixture {
  name: string;
  message: AnthropicMessage;
  expected: AnswerSummary;
}

const base = {
  type: "message",
  role: "assistant",
  model: "claude-sonnet-5-5",
  stop_sequence: null,
};

export const ANTHROPIC_FIXTURES: readonly [AnthropicFixture, ...AnthropicFixture[]] = [
  {
    name: "text",
    message: {
      ...base,
      id: "msg_text",
      content: [{ type: "text", text: 'Grüße 🎉\n\u2028data: [DONE]\n\n"quoted" \\ 日本語' }],
      stop_reason: "end_turn",
      usage: { input_tokens: 12, output_tokens: 9 },
    },
    expected: {
      text: 'Grüße 🎉\n\u2028data: [DONE]\n\n"quoted" \\ 日本語',
      reasoning: [],
      tool_calls: [],
      parts: ["text"],
      finish_reason: "stop",
      raw_finish_reason: "end_turn",
      usage: {
        input_tokens: 12,
        output_tokens: 9,
        cached_input_tokens: null,
        cache_write_input_tokens: null,
        reasoning_tokens: null,
        total_tokens: 21,
      },
    },
  },
  {
    name: "parallel tool calls, one without arguments",
    message: {
      ...base,
      id: "msg_tools",
      content: [
        { type: "text", text: "I look it up." },
        {
          type: "tool_use",
          id: "toolu_1",
          name: "get_weather",
          input: { city: "Zürich", days: [1, 2.5], units: { metric: true } },
        },
        { type: "tool_use", id: "toolu_2", name: "get_time", input: {} },
      ],
      stop_reason: "tool_use",
      usage: {
        input_tokens: 300,
        output_tokens: 80,
        cache_read_input_tokens: 200,
        cache_creation_input_tokens: 50,
      },
    },
    expected: {
      text: "I look it up.",
      reasoning: [],
      tool_calls: [
        {
          id: "toolu_1",
          name: "get_weather",
          arguments: { city: "Zürich", days: [1, 2.5], units: { metric: true } },
        },
        { id: "toolu_2", name: "get_time", arguments: {} },
      ],
      parts: ["text", "tool_call", "tool_call"],
      finish_reason: "tool_calls",
      raw_finish_reason: "tool_use",
      usage: {
        input_tokens: 550,
        output_tokens: 80,
        cached_input_tokens: 200,
        cache_write_input_tokens: 50,
        reasoning_tokens: null,
        total_tokens: 630,
      },
    },
  },
  {
    name: "shown, hidden and redacted reasoning",
    message: {
      ...base,
      id: "msg_thinking",
      content: [
        { type: "thinking", thinking: "First this, then that.", signature: "c2lnbmF0dXJl/+A==" },
        { type: "thinking", thinking: "", signature: "b3RoZXI=" },
        { type: "redacted_thinking", data: "cmVkYWN0ZWQ=" },
        { type: "text", text: "42" },
      ],
      stop_reason: "end_turn",
      usage: {
        input_tokens: 7,
        output_tokens: 120,
        output_tokens_details: { thinking_tokens: 110 },
      },
    },
    expected: {
      text: "42",
      reasoning: [
        { text: "First this, then that.", signature: "c2lnbmF0dXJl/+A==", redacted: false },
        { text: "", signature: "b3RoZXI=", redacted: false },
        { text: "", signature: "cmVkYWN0ZWQ=", redacted: true },
      ],
      tool_calls: [],
      parts: ["reasoning", "reasoning", "reasoning", "text"],
      finish_reason: "stop",
      raw_finish_reason: "end_turn",
      usage: {
        input_tokens: 7,
        output_tokens: 120,
        cached_input_tokens: null,
        cache_write_input_tokens: null,
        reasoning_tokens: 110,
        total_tokens: 127,
      },
    },
  },
  ...(
    [
      ["max_tokens", "length"],
      ["model_context_window_exceeded", "length"],
      ["stop_sequence", "stop"],
      ["refusal", "content_filter"],
    ] as const
  ).map(([stopReason, finishReason]) => ({
    name: `the stop reason ${stopReason}`,
    message: {
      ...base,
      id: `msg_${stopReason}`,
      content: [{ type: "text", text: "So far" }],
      stop_reason: stopReason,
      stop_sequence: stopReason === "stop_sequence" ? "###" : null,
      usage: { input_tokens: 1, output_tokens: 2 },
    },
    expected: {
      text: "So far",
      reasoning: [],
      tool_calls: [],
      parts: ["text"],
      finish_reason: finishReason,
      raw_finish_reason: stopReason,
      usage: {
        input_tokens: 1,
        output_tokens: 2,
        cached_input_tokens: null,
        cache_write_input_tokens: null,
        reasoning_tokens: null,
        total_tokens: 3,
      },
    },
  })),
  {
    name: "a server tool's blocks, which have no place in the chat model",
    message: {
      ...base,
      id: "msg_search",
      content: [
        { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "tide" } },
        {
          type: "web_search_tool_result",
          tool_use_id: "srvtoolu_1",
          content: [
            {
              type: "web_search_result",
              url: "https://example.com/",
              title: "Tides",
              encrypted_content: "ZQ==",
            },
          ],
        },
        { type: "text", text: "High tide is at noon." },
      ],
      stop_reason: "end_turn",
      diagnostics: { cache_miss_reason: "prefix_changed" },
      input_transformations: [{ type: "thinking_dropped" }],
      usage: {
        input_tokens: 40,
        output_tokens: 30,
        server_tool_use: { web_search_requests: 1 },
        service_tier: "standard",
        cost_of_a_gateway: { usd: 0.0002 },
      },
    },
    expected: {
      text: "High tide is at noon.",
      reasoning: [],
      tool_calls: [],
      parts: ["opaque", "opaque", "text"],
      finish_reason: "stop",
      raw_finish_reason: "end_turn",
      usage: {
        input_tokens: 40,
        output_tokens: 30,
        cached_input_tokens: null,
        cache_write_input_tokens: null,
        reasoning_tokens: null,
        total_tokens: 70,
      },
    },
  },
];

/** The plainest of them. */
export const [TEXT_FIXTURE] = ANTHROPIC_FIXTURES;
