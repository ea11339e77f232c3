import type { FinishReason } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { failureOf, finishOf } from "../finish-reasons.ts";

/** OpenAI's own words, which its clients know. */
export const WIRE_REASONS: ReadonlySet<string> = new Set([
  "stop",
  "length",
  "tool_calls",
  "function_call",
  "content_filter",
]);

/** Whether the vendor says that the answer ends with a call. */
export function isCallReason(word: string): boolean {
  return finishOf(word) === "tool_calls";
}

/**
 * The vendor's reason → finish reason. Throws if the reason means failure. An unknown one may mean
 * that the answer was cut, so it is not `stop`. Some servers (Ollama, Google) say `stop` after a
 * tool call, OpenAI says `stop` after a refusal, and some say `tool_calls` without a call, for
 * which a caller would wait.
 */
export function mapFinishReason(
  word: string | null,
  seen: { toolCall: boolean; refusal: boolean },
): FinishReason {
  const name = word ?? "stop";
  const failure = failureOf(name);
  if (failure !== undefined)
    throw new ChatError(failure, { upstreamCode: `finish_reason_${name}` });
  const reason = finishOf(name) ?? "length";
  if (reason !== "stop" && reason !== "tool_calls") return reason;
  if (seen.refusal) return "content_filter";
  return seen.toolCall ? "tool_calls" : "stop";
}
