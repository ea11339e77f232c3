import type { FinishReason } from "../../chat/event.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";

const FINISHED: Readonly<Record<string, FinishReason>> = {
  STOP: "stop",
  MAX_TOKENS: "length",
  // A model that thinks for hours stops here, to be called again.
  CONTINUATION: "length",
  SAFETY: "content_filter",
  RECITATION: "content_filter",
  LANGUAGE: "content_filter",
  BLOCKLIST: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  SPII: "content_filter",
  MODEL_ARMOR: "content_filter",
  JAILBREAK: "content_filter",
  IMAGE_SAFETY: "content_filter",
  IMAGE_PROHIBITED_CONTENT: "content_filter",
  IMAGE_RECITATION: "content_filter",
};

/** Failures that are not the model's fault. */
const REFUSED: Readonly<Record<string, ErrorCode>> = {
  MISSING_THOUGHT_SIGNATURE: "upstream_rejected",
};

/**
 * An answer with one of these reasons ends in `tool_calls` if the model called a function.
 * UNEXPECTED_TOOL_CALL marks a call that the request did not declare: it is as whole and signed as
 * any other, and the next turn may hold its result (that there is no such function).
 */
const WITH_CALL: ReadonlySet<string> = new Set(["STOP", "UNEXPECTED_TOOL_CALL"]);

/**
 * Google's `finishReason` → how the answer ended, or with which error. Google uses STOP after tool
 * calls too. All reasons but those above mean that the model failed (MALFORMED_FUNCTION_CALL,
 * TOO_MANY_TOOL_CALLS, OTHER, …). So did every reason that was added so far, so an unknown one is
 * an error.
 */
export function mapFinishReason(
  reason: string,
  called: boolean,
): { finish: FinishReason } | { error: ErrorCode } {
  if (called && WITH_CALL.has(reason)) return { finish: "tool_calls" };
  const finish = Object.hasOwn(FINISHED, reason) ? FINISHED[reason] : undefined;
  if (finish !== undefined) return { finish };
  return {
    error: (Object.hasOwn(REFUSED, reason) ? REFUSED[reason] : undefined) ?? "upstream_error",
  };
}
