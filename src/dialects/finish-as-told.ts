import type { FinishReason } from "../chat/event.ts";

/**
 * How an answer ended, for callers to whom no call of it can be told (it is another format's own):
 * they would wait for one.
 */
export function finishAsTold(reason: FinishReason, hasCall: boolean): FinishReason {
  return reason === "tool_calls" && !hasCall ? "stop" : reason;
}
