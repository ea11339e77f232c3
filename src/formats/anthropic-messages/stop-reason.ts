import type { FinishReason } from "../../chat/event.ts";
import { finishOf } from "../finish-reasons.ts";
import type { StopReason } from "./response.ts";

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

const STOP_REASONS: Record<FinishReason, StopReason> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
};

/** What a stop reason means by itself; undefined if this server does not know it. */
export function meaningOf(reason: string): FinishReason | undefined {
  return isStopReason(reason) ? FINISH_REASONS[reason] : finishOf(reason);
}

/**
 * The stop reason that a caller of this format is told: the vendor's own word if it has one that
 * fits. A word that this server does not know may be newer than the server, and is passed on as in
 * a direct call; another vendor's is not, because clients of this format do not know it.
 */
export function encodeStopReason(finish: FinishReason, raw: string | null): string {
  if (raw === null) return STOP_REASONS[finish];
  const meaning = meaningOf(raw);
  const isFitting = meaning === undefined || (isStopReason(raw) && meaning === finish);
  return isFitting ? raw : STOP_REASONS[finish];
}

function isStopReason(reason: string): reason is StopReason {
  return Object.hasOwn(FINISH_REASONS, reason);
}
