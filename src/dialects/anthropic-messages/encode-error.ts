import type { ChatError } from "../../errors/chat-error.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import {
  ERROR_TYPES,
  type ErrorBody,
  type ErrorType,
} from "../../formats/anthropic-messages/error.ts";
import { defined } from "../../json/defined.ts";
import type { EncodedError, ErrorDialect } from "../dialect.ts";
import { encodeRetryHeaders } from "../retry-headers.ts";

/**
 * Our codes as Anthropic's error types. If an upstream refuses our credentials, that is this
 * server's failure, not the caller's.
 */
const TYPES = {
  invalid_json: "invalid_request_error",
  invalid_request: "invalid_request_error",
  unsupported_parameter: "invalid_request_error",
  unauthenticated: "authentication_error",
  forbidden: "permission_error",
  not_found: "not_found_error",
  unknown_provider: "not_found_error",
  model_not_found: "not_found_error",
  method_not_allowed: "invalid_request_error",
  upgrade_unsupported: "invalid_request_error",
  request_timeout: "timeout_error",
  request_too_large: "request_too_large",
  unsupported_media_type: "invalid_request_error",
  rate_limited: "rate_limit_error",
  budget_exceeded: "rate_limit_error",
  revoked: "authentication_error",
  answers_not_kept: "invalid_request_error",
  idempotency_key_reused: "invalid_request_error",
  answer_expired: "not_found_error",
  answer_too_large: "not_found_error",
  auth_not_configured: "api_error",
  keys_unavailable: "api_error",
  misconfigured: "api_error",
  provider_unavailable: "api_error",
  provider_unsupported: "api_error",
  store_unavailable: "overloaded_error",
  answer_interrupted: "api_error",
  shutting_down: "overloaded_error",
  internal_error: "api_error",
  deadline_exceeded: "timeout_error",
  client_stalled: "timeout_error",
  cancelled: "api_error",
  upstream_rejected: "invalid_request_error",
  context_length_exceeded: "invalid_request_error",
  upstream_auth: "api_error",
  upstream_billing: "api_error",
  upstream_conflict: "conflict_error",
  upstream_gone: "not_found_error",
  upstream_rate_limited: "rate_limit_error",
  upstream_quota_exhausted: "rate_limit_error",
  upstream_error: "api_error",
  upstream_overloaded: "overloaded_error",
  upstream_unavailable: "api_error",
  upstream_tls: "api_error",
  upstream_timeout: "timeout_error",
  upstream_invalid_response: "api_error",
  upstream_disconnected: "api_error",
  upstream_incomplete: "api_error",
  upstream_stalled: "timeout_error",
} as const satisfies Record<ErrorCode, ErrorType>;

/** Anthropic's status for an overloaded server; its clients look for it. */
const OVERLOADED_STATUS = 529;

/** The request was refused because of its content. */
const ABOUT_THE_REQUEST: ReadonlySet<ErrorCode> = new Set([
  "upstream_rejected",
  "upstream_conflict",
  "context_length_exceeded",
  "model_not_found",
  "request_too_large",
]);

export function encodeErrorBody(error: ChatError, requestId: string): ErrorBody {
  const { code, param } = error;
  const words = wordMessage(error);
  // The format has no field for the place of a fault.
  const message = param && !words.includes(param) ? `${param}: ${words}` : words;
  return {
    type: "error",
    error: {
      type: TYPES[code],
      message,
      details: { error_code: findVendorsCode(error) ?? code, ...defined({ limit: error.limit }) },
    },
    request_id: requestId,
  };
}

/**
 * Anthropic's words for a prompt that is too long, by which its clients know that they must
 * compact.
 */
const TOO_LONG = "prompt is too long";

function wordMessage({ code, message }: ChatError): string {
  return code !== "context_length_exceeded" || message.includes(TOO_LONG)
    ? message
    : `${TOO_LONG}: ${message}`;
}

/**
 * The vendor's own code for a refusal, if it says more than an error type. Anthropic's clients
 * choose an error class by it (`compaction_signature_invalid`).
 */
function findVendorsCode({ code, upstreamCode }: ChatError): string | undefined {
  return ABOUT_THE_REQUEST.has(code) && !ERROR_TYPES.some((type) => type === upstreamCode)
    ? upstreamCode
    : undefined;
}

function encodeError(error: ChatError, requestId: string): EncodedError {
  const { code, status } = error;
  return {
    status: code === "upstream_overloaded" ? OVERLOADED_STATUS : status,
    headers: { "request-id": requestId, ...encodeRetryHeaders(error) },
    body: encodeErrorBody(error, requestId),
  };
}

/** The errors of Anthropic's API. */
export const anthropicErrors: ErrorDialect = { requestIdHeader: "request-id", encodeError };
