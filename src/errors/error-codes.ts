/**
 * The closed list of everything that can go wrong, as the caller sees it.
 * - `status`: the HTTP status if nothing has been sent yet; after that, the code is in a terminal
 *   `error` event.
 * - `retryable`: whether the same, unchanged request may succeed later.
 * - `message`: the public text, unless the code that raises the error has a better one.
 *
 * An upstream's 401 or 403 is never our 401: that one is about the caller's own token.
 */
export const ERRORS = {
  // The caller's request.
  invalid_json: { status: 400, retryable: false, message: "The body is not valid JSON." },
  invalid_request: { status: 400, retryable: false, message: "The request is not valid." },
  unsupported_parameter: {
    status: 400,
    retryable: false,
    message: "The chosen model does not support a parameter of this request.",
  },
  unauthenticated: {
    status: 401,
    retryable: false,
    message: "A valid bearer token is required; the server's log says what was wrong.",
  },
  forbidden: { status: 403, retryable: false, message: "The token does not allow this." },
  not_found: {
    status: 404,
    retryable: false,
    message: "There is nothing at this path; GET /docs lists what there is.",
  },
  unknown_provider: {
    status: 404,
    retryable: false,
    message: "There is no provider with this name; GET /providers lists them.",
  },
  model_not_found: {
    status: 404,
    retryable: false,
    message: "The provider does not know this model.",
  },
  method_not_allowed: {
    status: 405,
    retryable: false,
    message: "This path does not support this method.",
  },
  upgrade_unsupported: {
    status: 426,
    retryable: false,
    message: "This server does not speak WebSocket; send a plain HTTP request.",
  },
  request_timeout: { status: 408, retryable: true, message: "The body did not arrive in time." },
  request_too_large: {
    status: 413,
    retryable: false,
    message: "The body is larger than this server accepts.",
  },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    message: "Send the body as application/json.",
  },
  rate_limited: { status: 429, retryable: true, message: "The token's limit is used up for now." },
  budget_exceeded: {
    status: 429,
    retryable: false,
    message: "The token's budget is used up.",
  },
  answers_not_kept: {
    status: 400,
    retryable: false,
    message:
      "This server keeps no answers. Leave out what asks for it, or set STORE_ANSWERS=on on the " +
      "server.",
  },
  idempotency_key_reused: {
    status: 422,
    retryable: false,
    message: "This Idempotency-Key belongs to another request; take a new key.",
  },
  answer_expired: {
    status: 410,
    retryable: false,
    message: "The events that are asked for are no longer kept; send the request again.",
  },
  answer_too_large: {
    status: 410,
    retryable: false,
    message: "The answer is larger than this server keeps (ANSWER_MAX_BYTES).",
  },
  revoked: { status: 401, retryable: false, message: "The token has been revoked." },

  // This server.
  auth_not_configured: {
    status: 503,
    retryable: false,
    message:
      "This server has no JWT key, so it accepts no token. Set JWT_SECRET or JWT_PUBLIC_KEY and " +
      "restart it.",
  },
  keys_unavailable: {
    status: 503,
    retryable: true,
    message: "The server cannot fetch the keys with which tokens are verified.",
  },
  misconfigured: {
    status: 503,
    retryable: false,
    message: "This server's configuration is not valid; its log names the variable.",
  },
  provider_unavailable: {
    status: 503,
    retryable: false,
    message: "The provider is not configured on this server.",
  },
  provider_unsupported: {
    status: 501,
    retryable: false,
    message: "This server's setup cannot call the provider.",
  },
  store_unavailable: {
    status: 503,
    retryable: true,
    message: "A store of this server cannot be reached; send the request again later.",
  },
  answer_interrupted: {
    status: 503,
    retryable: true,
    message: "The server that made this answer stopped; what had arrived is all there is.",
  },
  shutting_down: {
    status: 503,
    retryable: true,
    message: "The server is restarting; send the request again.",
  },
  internal_error: {
    status: 500,
    retryable: false,
    message: "The server failed; find the log line by the request id.",
  },
  deadline_exceeded: {
    status: 504,
    retryable: false,
    message: "The call did not end within its deadline.",
  },
  client_stalled: {
    status: 408,
    retryable: true,
    message: "The caller stopped reading the stream.",
  },
  cancelled: {
    status: 499,
    retryable: false,
    message: "The call was cancelled, or its caller left.",
  },

  // The upstream, before or after it began to answer.
  upstream_rejected: {
    status: 400,
    retryable: false,
    message: "The provider refused the request.",
  },
  context_length_exceeded: {
    status: 400,
    retryable: false,
    message: "The prompt is too long for the model.",
  },
  upstream_auth: {
    status: 502,
    retryable: false,
    message: "The provider refused this server's credentials.",
  },
  upstream_billing: {
    status: 502,
    retryable: false,
    message: "The provider cannot bill this server's account.",
  },
  upstream_conflict: {
    status: 409,
    retryable: false,
    message: "The provider is busy with a conflicting request.",
  },
  upstream_gone: {
    status: 410,
    retryable: false,
    message: "The provider no longer has what was requested.",
  },
  upstream_rate_limited: {
    status: 429,
    retryable: true,
    message: "The provider's rate limit is reached.",
  },
  upstream_quota_exhausted: {
    status: 429,
    retryable: false,
    message: "The account's quota at the provider is used up.",
  },
  upstream_error: { status: 502, retryable: true, message: "The provider failed." },
  upstream_overloaded: { status: 503, retryable: true, message: "The provider is overloaded." },
  upstream_unavailable: {
    status: 502,
    retryable: true,
    message: "The provider cannot be reached.",
  },
  upstream_tls: {
    status: 502,
    retryable: false,
    message: "The provider's TLS certificate cannot be trusted.",
  },
  upstream_timeout: {
    status: 504,
    retryable: true,
    message: "The provider did not answer in time.",
  },
  upstream_invalid_response: {
    status: 502,
    retryable: true,
    message: "The provider's answer is not in its documented format.",
  },
  upstream_disconnected: {
    status: 502,
    retryable: true,
    // Clients that go by words (pi) ask again if they read "connection error".
    message: "Connection error: the provider broke off its answer.",
  },
  upstream_incomplete: {
    status: 502,
    retryable: true,
    message: "Connection error: the provider's answer ended without its end marker.",
  },
  upstream_stalled: {
    status: 504,
    retryable: true,
    message: "Connection error: the provider stopped sending.",
  },
} as const satisfies Record<string, { status: number; retryable: boolean; message: string }>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * Whether a string is one of our codes; for codes from outside, as in the echo provider's model
 * names.
 */
export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(ERRORS, value);
}
