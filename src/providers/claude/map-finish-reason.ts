import type { FinishReason } from "../../chat/event.ts";
import type { StopReason } from "../../formats/anthropic-messages/response.ts";

const FINISH_REASONS: Record<StopReason, FinishReason> = {
  end_turn: "stop",
  stop_sequence: "stop",
  // A long run of Anthropic's own tools, which continues when the answer is sent back.
  pause_turn: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};

/** Stop reason → finish reason. An unknown one is a natural end; callers also get the raw reason. */
export function mapFinishReason(reason: string): FinishReason {
  return isStopReason(reason) ? FINISH_REASONS[reason] : "stop";
}

function isStopReason(reason: string): reason is StopReason {
  return Object.hasOwn(FINISH_REASONS, reason);
}
