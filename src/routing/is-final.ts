import type { ChatError } from "../errors/chat-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

/** Failures after which no other target is tried: they are about the call, not about the target. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  "upstream_conflict",
  "upstream_gone",
  "request_too_large",
  "cancelled",
  "deadline_exceeded",
  "shutting_down",
  "internal_error",
]);

/** Vendors' words for a request that breaks a policy: it is not taken elsewhere. */
const POLICY = /content_filter|_policy|^invalid_prompt$|safety/i;

/**
 * Whether no other target may be tried. A refusal by the target that the caller named is about the
 * request; one by a fallback may be about what that fallback cannot do.
 */
export function isFinal({ code, upstreamCode = "" }: ChatError, isFirst: boolean): boolean {
  if (code === "upstream_rejected") return isFirst || POLICY.test(upstreamCode);
  return FINAL.has(code);
}

/** Whether a failure of a fallback says nothing about why the target before it failed. */
export function isFallbacksOwn({ code }: ChatError): boolean {
  return (
    code === "upstream_rejected" || code === "model_not_found" || code === "unsupported_parameter"
  );
}
