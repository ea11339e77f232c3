import { ChatError } from "../../errors/chat-error.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import type { ErrorType } from "../../formats/anthropic-messages/error.ts";
import { isJsonObject } from "../../json/json-object.ts";
import { readString } from "../../json/narrow.ts";
import type { UpstreamErrorBody } from "../../upstream/upstream-error.ts";

/** `api_error` is missing here because its status, which may be 503 or 504, is more precise. */
const CODES: Record<Exclude<ErrorType, "api_error">, ErrorCode> = {
  invalid_request_error: "upstream_rejected",
  authentication_error: "upstream_auth",
  billing_error: "upstream_billing",
  permission_error: "upstream_auth",
  not_found_error: "model_not_found",
  conflict_error: "upstream_conflict",
  request_too_large: "request_too_large",
  rate_limit_error: "upstream_rate_limited",
  timeout_error: "upstream_timeout",
  overloaded_error: "upstream_overloaded",
};

function isErrorType(type: string): type is keyof typeof CODES {
  return Object.hasOwn(CODES, type);
}

/** Reads Anthropic's error body, whether from an error answer or an `error` event. */
export function readErrorBody(body: unknown): UpstreamErrorBody {
  const error = isJsonObject(body) && isJsonObject(body.error) ? body.error : undefined;
  if (typeof error?.type !== "string") return {};
  const message = readString(error.message);
  const errorCode = isJsonObject(error.details) ? readString(error.details.error_code) : undefined;
  const read: UpstreamErrorBody = { upstreamCode: errorCode ?? error.type, message };
  if (isErrorType(error.type)) read.code = CODES[error.type];

  // A spend limit is a 429 without retry-after: waiting does not help.
  if (errorCode?.endsWith("spend_limit_reached"))
    return { ...read, code: "upstream_quota_exhausted", retryable: false };
  // An empty account is a 400; only the text distinguishes it from a bad request.
  if (message && /credit balance is too low/i.test(message))
    return { ...read, code: "upstream_billing" };
  if (message && /only authorized for use with Claude Code/i.test(message)) {
    throw new ChatError("upstream_auth", {
      message:
        "Anthropic accepts this server's OAuth token only from Claude Code. The operator must set ANTHROPIC_API_KEY.",
      upstreamCode: error.type,
    });
  }
  return read;
}
