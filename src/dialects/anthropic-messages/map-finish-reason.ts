import type { FinishReason } from "../../chat/event.ts";
import type { StopReason } from "../../formats/anthropic-messages/response.ts";

const STOP_REASONS: Record<FinishReason, StopReason> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
};

export function mapFinishReason(reason: FinishReason): StopReason {
  return STOP_REASONS[reason];
}
