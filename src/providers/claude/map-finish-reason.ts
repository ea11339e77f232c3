import type { FinishReason } from "../../chat/event.ts";
import type { StopReason } from "../../formats/anthropic-messages/response.ts";
import { finishOf } from "../../formats/finish-word.ts";

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

/**
 * Stop reason → finish reason. An unknown one may mean that the answer was cut, so it is not
 * `stop`; nor is `tool_use` one of `tool_calls` if there is no call, for which a caller would wait.
 */
export function mapFinishReason(reason: string, called: boolean): FinishReason {
  const finish = isStopReason(reason) ? FINISH_REASONS[reason] : (finishOf(reason) ?? "length");
  return finish === "tool_calls" && !called ? "stop" : finish;
}

/** Whether this server knows what a stop reason means. */
export function isKnownReason(reason: string): boolean {
  return isStopReason(reason) || finishOf(reason) !== undefined;
}

function isStopReason(reason: string): reason is StopReason {
  return Object.hasOwn(FINISH_REASONS, reason);
}
