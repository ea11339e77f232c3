import type { ModelInfo } from "@github/copilot-sdk";
import type { Step } from "./stand-in-runtime.ts";

/** The order in which runtime 1.0.85 was seen to send the events of an answer. */
export const HELLO: Step[] = [
  { type: "assistant.turn_start", data: { turnId: "0" } },
  { type: "assistant.reasoning_delta", data: { reasoningId: "r1", deltaContent: "Hmm." } },
  { type: "assistant.message_delta", data: { messageId: "m1", deltaContent: "Hello" } },
  { type: "assistant.message_delta", data: { messageId: "m1", deltaContent: " there" } },
  {
    type: "assistant.usage",
    data: {
      model: "gpt-5.4",
      inputTokens: 100,
      outputTokens: 20,
      cacheReadTokens: 40,
      reasoningTokens: 5,
      finishReason: "stop",
    },
  },
  {
    type: "assistant.message",
    data: { messageId: "m1", content: "Hello there", toolRequests: [], reasoningText: "Hmm." },
  },
  { type: "assistant.reasoning", data: { reasoningId: "r1", content: "Hmm." } },
  { type: "assistant.turn_end", data: { turnId: "0" } },
  { type: "session.idle", data: {} },
];

/** The same with two calls of the caller's tools. */
export const CALLS: Step[] = [
  { type: "assistant.turn_start", data: { turnId: "0" } },
  { type: "assistant.message_delta", data: { messageId: "m1", deltaContent: "Let me look." } },
  {
    type: "assistant.usage",
    data: { model: "gpt-5.4", inputTokens: 100, outputTokens: 20, finishReason: "tool_calls" },
  },
  {
    type: "assistant.message",
    data: {
      messageId: "m1",
      content: "Let me look.",
      toolRequests: [
        { toolCallId: "call_1", name: "weather", arguments: { city: "Paris" } },
        { toolCallId: "call_2", name: "weather", arguments: { city: "Rome" } },
      ],
    },
  },
  {
    type: "external_tool.requested",
    data: {
      requestId: "q1",
      sessionId: "s",
      toolCallId: "call_1",
      toolName: "weather",
      arguments: { city: "Paris" },
    },
  },
  {
    type: "external_tool.requested",
    data: {
      requestId: "q2",
      sessionId: "s",
      toolCallId: "call_2",
      toolName: "weather",
      arguments: { city: "Rome" },
    },
  },
];

export function failure(
  errorType: string,
  detail: { statusCode?: number; errorCode?: string; message?: string } = {},
): Step[] {
  return [
    { type: "session.error", data: { errorType, message: "secret words", ...detail } },
    { type: "session.idle", data: {} },
  ];
}

export const MODELS: ModelInfo[] = [
  {
    id: "gpt-5.4",
    name: "GPT-5.4",
    capabilities: {
      supports: { vision: true, reasoningEffort: true },
      limits: {
        max_context_window_tokens: 400_000,
        vision: {
          supported_media_types: ["image/png"],
          max_prompt_images: 1,
          max_prompt_image_size: 3_145_728,
        },
      },
    },
    supportedReasoningEfforts: ["low", "high"],
  },
  {
    id: "blind",
    name: "Blind",
    capabilities: {
      supports: { vision: false, reasoningEffort: false },
      limits: { max_context_window_tokens: 128_000 },
    },
  },
  {
    id: "off",
    name: "Off",
    capabilities: {
      supports: { vision: true, reasoningEffort: false },
      limits: { max_context_window_tokens: 128_000 },
    },
    policy: { state: "disabled", terms: "" },
  },
];
