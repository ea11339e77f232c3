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

/** With these the model failed; the last one is the request's fault. */
const FAILED: Readonly<Record<string, ErrorCode>> = {
  FINISH_REASON_UNSPECIFIED: "upstream_error",
  OTHER: "upstream_error",
  MALFORMED_FUNCTION_CALL: "upstream_error",
  MALFORMED_RESPONSE: "upstream_error",
  UNEXPECTED_TOOL_CALL: "upstream_error",
  TOO_MANY_TOOL_CALLS: "upstream_error",
  NO_IMAGE: "upstream_error",
  IMAGE_OTHER: "upstream_error",
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
 * calls too. An unknown one may mean that the answer was cut, so it is not `stop`; what came of the
 * answer is kept.
 */
export function mapFinishReason(
  word: string,
  called: boolean,
): { finish: FinishReason; isUnknown?: boolean } | { error: ErrorCode } {
  // Proxies write it as their other vendors do.
  const reason = word.toUpperCase();
  if (called && WITH_CALL.has(reason)) return { finish: "tool_calls" };
  const finish = Object.hasOwn(FINISHED, reason) ? FINISHED[reason] : undefined;
  if (finish !== undefined) return { finish };
  const error = Object.hasOwn(FAILED, reason) ? FAILED[reason] : undefined;
  return error === undefined ? { finish: "length", isUnknown: true } : { error };
}
