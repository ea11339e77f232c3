import type { FinishReason, Warning } from "../chat/event.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

/** By the vendor's word in lower case. */
const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  // Text Generation Inference, Together; Anthropic's and Google's words come through proxies.
  ["eos", "stop"],
  ["eos_token", "stop"],
  ["stop_sequence", "stop"],
  ["end_turn", "stop"],
  // A long run of Anthropic's own tools, which continues when the answer is sent back.
  ["pause_turn", "stop"],
  ["complete", "stop"],
  ["completed", "stop"],
  ["done", "stop"],
  ["finished", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["max_output_tokens", "length"],
  ["max_length", "length"],
  // Mistral: the model's own limit, not the request's.
  ["model_length", "length"],
  // Z.ai (https://docs.z.ai/api-reference/llm/chat-completion) and Anthropic's word.
  ["model_context_window_exceeded", "length"],
  ["context_length_exceeded", "length"],
  ["context_length", "length"],
  ["tool_calls", "tool_calls"],
  ["tool_call", "tool_calls"],
  ["tool_use", "tool_calls"],
  ["function_call", "tool_calls"],
  ["content_filter", "content_filter"],
  ["content_filtered", "content_filter"],
  // Z.ai
  ["sensitive", "content_filter"],
  ["refusal", "content_filter"],
  ["safety", "content_filter"],
  ["recitation", "content_filter"],
  ["blocklist", "content_filter"],
  ["prohibited_content", "content_filter"],
  ["spii", "content_filter"],
  ["guardrail_intervened", "content_filter"],
  ["moderation", "content_filter"],
  ["blocked", "content_filter"],
]);

/** Reasons that mean failure, though the stream goes on to its normal end. */
const FAILURES: ReadonlyMap<string, ErrorCode> = new Map([
  // OpenRouter and Mistral, with or without an error object.
  ["error", "upstream_error"],
  // vLLM, if its engine gave up.
  ["abort", "upstream_error"],
  // DeepSeek, https://api-docs.deepseek.com/api/create-chat-completion
  ["insufficient_system_resource", "upstream_overloaded"],
  // Z.ai
  ["network_error", "upstream_error"],
  ["cancelled", "upstream_error"],
  ["failed", "upstream_error"],
  ["timeout", "upstream_timeout"],
]);

/**
 * What a vendor's word for the end of an answer means; undefined if this server does not know it.
 */
export function finishOf(word: string): FinishReason | undefined {
  return FINISH_REASONS.get(word.toLowerCase());
}

/** The failure that a vendor's word for the end of an answer means, if it means one. */
export function failureOf(word: string): ErrorCode | undefined {
  return FAILURES.get(word.toLowerCase());
}

/**
 * What a vendor says in the place of a reason: a word, or whatever else stands there as JSON.
 * Undefined if it has not said any: some servers fill the field before the end.
 */
export function readReason(value: unknown): string | undefined {
  if (value == null || value === "" || value === false || value === 0) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value).slice(0, 60);
}

/** The warning about a reason that this server does not know: the answer counts as cut. */
export function warnUnknownFinish(word: string): Warning {
  const shown = word.slice(0, 60).replace(/[^\w .-]/g, "?");
  return {
    code: "upstream_warning",
    param: "finish_reason",
    message: `The provider ended the answer with "${shown}", a reason that this server does not know; the answer may be incomplete.`,
  };
}
