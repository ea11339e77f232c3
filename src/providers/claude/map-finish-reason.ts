import type { FinishReason } from "../../chat/event.ts";
import { finishOf } from "../../formats/finish-reasons.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";

/** What an answer's blocks tell about its end. */
export interface CallSummary {
  /** Whether a tool was called, by whatever kind of call. */
  any: boolean;
  /** Whether a call waits for the caller; those that Anthropic's code made may have been answered. */
  awaited: boolean;
}

/** Adds a block to the summary. */
export function noteCall(calls: CallSummary, { type, caller }: JsonObject): void {
  calls.any ||= typeof type === "string" && type.endsWith("tool_use");
  const isByModel = !isJsonObject(caller) || caller.type === "direct";
  calls.awaited ||= type === "tool_use" && isByModel;
}

/**
 * Stop reason → finish reason. An unknown one may mean that the answer was cut, so it is not
 * `stop`. Servers that copy this API name the end of a turn for a call, or a call if there is none;
 * a caller would not run the one, and would wait for the other.
 */
export function mapFinishReason(reason: string, calls: CallSummary): FinishReason {
  const finish = finishOf(reason) ?? "length";
  if (finish === "tool_calls") return calls.any ? finish : "stop";
  const isTurnsEnd = finish === "stop" && reason !== "pause_turn" && reason !== "stop_sequence";
  return isTurnsEnd && calls.awaited ? "tool_calls" : finish;
}
