import type { ChatError } from "../../errors/chat-error.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import type { ResponsesError } from "../../wire/openai-responses/response.ts";
import type { EncodedError } from "../dialect.ts";

type ErrorType = "invalid_request_error" | "rate_limit_error" | "insufficient_quota" | "server_error";

/** OpenAI's type and, where clients know a word for it, OpenAI's code; everything else keeps our own. */
const ERRORS: Record<ErrorCode, readonly [type: ErrorType, code?: string]> = {
  invalid_json: ["invalid_request_error"],
  invalid_request: ["invalid_request_error"],
  unsupported_parameter: ["invalid_request_error"],
  unauthenticated: ["invalid_request_error", "invalid_api_key"],
  forbidden: ["invalid_request_error"],
  not_found: ["invalid_request_error"],
  unknown_provider: ["invalid_request_error", "model_not_found"],
  model_not_found: ["invalid_request_error", "model_not_found"],
  method_not_allowed: ["invalid_request_error"],
  request_timeout: ["server_error"],
  request_too_large: ["invalid_request_error"],
  unsupported_media_type: ["invalid_request_error"],
  rate_limited: ["rate_limit_error", "rate_limit_exceeded"],
  auth_not_configured: ["server_error"],
  misconfigured: ["server_error"],
  provider_unavailable: ["server_error"],
  provider_unsupported: ["server_error"],
  shutting_down: ["server_error"],
  internal_error: ["server_error"],
  client_stalled: ["server_error"],
  cancelled: ["server_error"],
  upstream_rejected: ["invalid_request_error"],
  upstream_auth: ["server_error"],
  upstream_billing: ["server_error"],
  upstream_conflict: ["invalid_request_error"],
  upstream_gone: ["invalid_request_error"],
  upstream_rate_limited: ["rate_limit_error", "rate_limit_exceeded"],
  upstream_quota_exhausted: ["insufficient_quota", "insufficient_quota"],
  upstream_error: ["server_error"],
  upstream_overloaded: ["server_error"],
  upstream_unavailable: ["server_error"],
  upstream_tls: ["server_error"],
  upstream_timeout: ["server_error"],
  upstream_invalid_response: ["server_error"],
  upstream_disconnected: ["server_error"],
  upstream_incomplete: ["server_error"],
  upstream_stalled: ["server_error"],
};

/** `{message, type, param, code}`. Of a refusal by the vendor its own code is told: clients look for `context_length_exceeded`. */
export function encodeErrorBody(error: ChatError): ResponsesError {
  const [type, known] = ERRORS[error.code];
  const vendors = error.code === "upstream_rejected" ? error.upstreamCode : undefined;
  // A vendor without a code gives its type in the place of one.
  const code = vendors === type ? null : (vendors ?? known ?? error.code);
  return { message: error.message, type, param: error.param ?? null, code };
}

/** The clients try again on 408, 409, 429 and 5xx by themselves; `x-should-retry` tells them when that is of no use. */
export function encodeError(error: ChatError, requestId: string): EncodedError {
  return {
    status: error.status,
    headers: {
      "x-request-id": requestId,
      "x-should-retry": String(error.retryable),
      ...(error.retryAfterSeconds === undefined ? {} : { "retry-after": String(error.retryAfterSeconds) }),
    },
    body: { error: encodeErrorBody(error) },
  };
}
