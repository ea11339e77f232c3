import type { ChatError } from "../errors/chat-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { LimitReport } from "../errors/limit-report.ts";
import { defined } from "../json/defined.ts";
import type { EncodedError, ErrorDialect } from "./dialect.ts";
import { encodeRetryHeaders } from "./retry-headers.ts";

const INVALID = "invalid_request_error";
const LIMIT = "rate_limit_error";
const SERVER = "server_error";

/** OpenAI's error types, and its codes if clients look for one. Other errors have our code. */
const TYPES = {
  invalid_json: [INVALID],
  invalid_request: [INVALID],
  unsupported_parameter: [INVALID],
  unauthenticated: [INVALID, "invalid_api_key"],
  forbidden: [INVALID],
  not_found: [INVALID],
  unknown_provider: [INVALID, "model_not_found"],
  model_not_found: [INVALID, "model_not_found"],
  method_not_allowed: [INVALID],
  upgrade_unsupported: [INVALID],
  request_timeout: [INVALID],
  request_too_large: [INVALID],
  unsupported_media_type: [INVALID],
  rate_limited: [LIMIT, "rate_limit_exceeded"],
  // The type by which their clients know that waiting does not help.
  budget_exceeded: ["insufficient_quota", "budget_exceeded"],
  revoked: [INVALID, "invalid_api_key"],
  answers_not_kept: [INVALID],
  idempotency_key_reused: [INVALID],
  answer_expired: [INVALID],
  answer_too_large: [INVALID],

  auth_not_configured: [SERVER],
  keys_unavailable: [SERVER],
  misconfigured: [SERVER],
  provider_unavailable: [SERVER],
  provider_unsupported: [SERVER],
  store_unavailable: [SERVER],
  answer_interrupted: [SERVER],
  shutting_down: [SERVER],
  internal_error: [SERVER],
  deadline_exceeded: [SERVER],
  client_stalled: [SERVER],
  cancelled: [SERVER],

  upstream_rejected: [INVALID],
  context_length_exceeded: [INVALID, "context_length_exceeded"],
  upstream_auth: [SERVER],
  upstream_billing: [SERVER],
  upstream_conflict: [INVALID],
  upstream_gone: [INVALID],
  upstream_rate_limited: [LIMIT, "rate_limit_exceeded"],
  upstream_quota_exhausted: ["insufficient_quota", "insufficient_quota"],
  upstream_error: [SERVER],
  upstream_overloaded: [SERVER],
  upstream_unavailable: [SERVER],
  upstream_tls: [SERVER],
  upstream_timeout: [SERVER],
  upstream_invalid_response: [SERVER],
  upstream_disconnected: [SERVER],
  upstream_incomplete: [SERVER],
  upstream_stalled: [SERVER],
} as const satisfies Record<ErrorCode, readonly [type: string, code?: string]>;

/** An error in OpenAI's APIs, in a response or in a stream. */
export interface OpenAIError {
  message: string;
  type: string;
  param: string | null;
  code: string | null;
  /** Ours: the limit that refused the call. */
  limit?: LimitReport;
}

export function encodeErrorBody(error: ChatError): OpenAIError {
  const [type, code] = TYPES[error.code];
  // Clients expect the vendor's own code for a refused request, such as `context_length_exceeded`.
  // Some refusals have only a type; OpenAI then sends `code: null`.
  const vendors = error.code === "upstream_rejected" ? error.upstreamCode : undefined;
  return {
    message: error.message,
    type,
    param: error.param ?? null,
    code: vendors === type ? null : (vendors ?? code ?? error.code),
    ...defined({ limit: error.limit }),
  };
}

function encodeError(error: ChatError, requestId: string): EncodedError {
  return {
    status: error.status,
    headers: { "x-request-id": requestId, ...encodeRetryHeaders(error) },
    body: { error: encodeErrorBody(error) },
  };
}

/** The errors of all of OpenAI's APIs. */
export const openaiErrors: ErrorDialect = { requestIdHeader: "x-request-id", encodeError };
