/** A failure in OpenAI's format: `{error: {message, type, code, param}}` with an HTTP status. */
export interface BridgeErrorDetail {
  status: number;
  type: string;
  code: string;
  message: string;
  param?: string;
}

export class BridgeError extends Error {
  override readonly name = "BridgeError";
  readonly detail: BridgeErrorDetail;

  constructor(detail: BridgeErrorDetail) {
    super(detail.message);
    this.detail = detail;
  }
}

/**
 * The body of an error, and the error event of a stream that has begun; only the latter needs
 * `status`.
 */
export function errorBody({ status, type, code, message, param }: BridgeErrorDetail) {
  return { error: { message, type, param: param ?? null, code, status } };
}

export function invalidRequest(message: string, param?: string): BridgeError {
  const detail = { status: 400, type: "invalid_request_error", code: "invalid_request", message };
  return new BridgeError(param === undefined ? detail : { ...detail, param });
}

export function unsupported(param: string, reason: string): BridgeError {
  return new BridgeError({
    status: 400,
    type: "invalid_request_error",
    code: "unsupported_parameter",
    param,
    message: `${param}: ${reason}`,
  });
}

/** A failure reported by the runtime (`session.error`); its categories and codes are GitHub's. */
export interface RuntimeFailure {
  errorType: string;
  errorCode?: string;
  statusCode?: number;
  message: string;
}

type Kind = Omit<BridgeErrorDetail, "message">;

const KINDS: ReadonlyMap<string, Kind & { message: string }> = new Map([
  [
    "authentication",
    {
      status: 401,
      type: "authentication_error",
      code: "invalid_api_key",
      message: "GitHub refuses this bridge's token.",
    },
  ],
  [
    "authorization",
    {
      status: 403,
      type: "permission_error",
      code: "permission_denied",
      message: "The account of this bridge's token may not use Copilot for this.",
    },
  ],
  [
    "quota",
    {
      status: 429,
      type: "insufficient_quota",
      code: "insufficient_quota",
      message: "The Copilot quota of this bridge's account is used up.",
    },
  ],
  [
    "rate_limit",
    {
      status: 429,
      type: "rate_limit_error",
      code: "rate_limit_exceeded",
      message: "Copilot's rate limit is reached.",
    },
  ],
  [
    "context_limit",
    {
      status: 400,
      type: "invalid_request_error",
      code: "context_length_exceeded",
      message: "The conversation is longer than the model supports.",
    },
  ],
]);

/**
 * The runtime's text is kept back, because it may contain addresses and names of the account; only
 * what it says about the request is passed on.
 */
export function runtimeFailure({
  errorType,
  errorCode,
  statusCode,
  message,
}: RuntimeFailure): BridgeError {
  const kind = KINDS.get(errorType);
  if (kind) return new BridgeError(kind);
  if (statusCode === 401 || statusCode === 403)
    return runtimeFailure({ errorType: "authentication", message });
  if (statusCode === 429) return runtimeFailure({ errorType: "rate_limit", message });
  if (statusCode === 404 || errorCode === "model_not_supported" || errorCode === "model_not_found")
    return modelNotFound();
  if (statusCode === 400 || statusCode === 413 || statusCode === 422) {
    return new BridgeError({
      status: 400,
      type: "invalid_request_error",
      code: "invalid_request",
      message: message.slice(0, 500),
    });
  }
  return new BridgeError({
    status: 502,
    type: "server_error",
    code: "upstream_error",
    message: "Copilot failed.",
  });
}

export function notAuthenticated(): BridgeError {
  return runtimeFailure({ errorType: "authentication", message: "" });
}

export function modelNotFound(): BridgeError {
  return new BridgeError({
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model",
    message: "Copilot does not offer this model; GET /v1/models lists the account's models.",
  });
}

export function runtimeGone(): BridgeError {
  return new BridgeError({
    status: 502,
    type: "server_error",
    code: "runtime_unavailable",
    message: "The Copilot runtime is not running; this bridge's log says why.",
  });
}

export function runtimeSilent(): BridgeError {
  return new BridgeError({
    status: 504,
    type: "server_error",
    code: "timeout",
    message: "Copilot stopped answering.",
  });
}
