import type { FinishReason } from "../../chat/event.ts";
import { finishOf } from "../finish-reasons.ts";
import { STOP_REASONS, type StopReason } from "./response.ts";

const BY_FINISH: Readonly<Record<FinishReason, StopReason>> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
};

/**
 * The stop reason that a caller of this format is told: the vendor's own word if it has one that
 * fits. A word that this server does not know may be newer than the server, and is passed on as in
 * a direct call; another vendor's is not, because clients of this format do not know it.
 */
export function encodeStopReason(finish: FinishReason, raw: string | null): string {
  if (raw === null) return BY_FINISH[finish];
  const meaning = finishOf(raw);
  const isFitting = meaning === undefined || (isOwnWord(raw) && meaning === finish);
  return isFitting ? raw : BY_FINISH[finish];
}

function isOwnWord(reason: string): boolean {
  return STOP_REASONS.some((word) => word === reason);
}
