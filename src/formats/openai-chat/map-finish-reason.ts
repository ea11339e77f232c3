import type { FinishReason } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";

const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["length", "length"],
  // Mistral: the model's own limit, not the request's.
  ["model_length", "length"],
  ["tool_calls", "tool_calls"],
  ["function_call", "tool_calls"],
  ["content_filter", "content_filter"],
]);

/** Reasons that mean failure, though the stream goes on to its normal end. */
const FAILURES: ReadonlyMap<string, ErrorCode> = new Map([
  // OpenRouter and Mistral, with or without an error object.
  ["error", "upstream_error"],
  // vLLM, if its engine gave up.
  ["abort", "upstream_error"],
  // DeepSeek, https://api-docs.deepseek.com/api/create-chat-completion
  ["insufficient_system_resource", "upstream_overloaded"],
]);

/**
 * The vendor's reason → finish reason. Throws if the reason means failure. Undocumented ones
 * (`eos`, `end_turn`) are natural ends. Some servers (Ollama, Google) say `stop` after a tool call,
 * and OpenAI says `stop` after a refusal.
 */
export function mapFinishReason(
  word: string | null,
  seen: { toolCall: boolean; refusal: boolean },
): FinishReason {
  const failure = FAILURES.get(word ?? "");
  if (failure !== undefined)
    throw new ChatError(failure, { upstreamCode: `finish_reason_${word}` });
  const reason = FINISH_REASONS.get(word ?? "") ?? "stop";
  if (reason !== "stop") return reason;
  if (seen.refusal) return "content_filter";
  return seen.toolCall ? "tool_calls" : "stop";
}
