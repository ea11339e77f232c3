import { ERRORS, type ErrorCode } from "./error-codes.ts";

export interface ChatErrorDetail {
  /** The public text. It never holds a token, a key, a prompt or an upstream's body. */
  message?: string;
  /** Where in the request the fault lies, as `messages[0].content[1].url`. */
  param?: string;
  /** Seconds after which the caller may try again. */
  retryAfterSeconds?: number;
  /** Overrides the code's default, where the upstream said so. */
  retryable?: boolean;
  /** The vendor's own code or type (a short token such as `overloaded_error`), never its text. */
  upstreamCode?: string;
  upstreamStatus?: number;
  /** The vendor's request id, for its support. */
  upstreamRequestId?: string;
  /** A short reason for the log alone; it is never sent out. */
  logReason?: string;
}

/** The one error that travels through the server. Everything else that is thrown becomes one in {@link toChatError}. */
export class ChatError extends Error {
  override readonly name = "ChatError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly param: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly upstreamCode: string | undefined;
  readonly upstreamStatus: number | undefined;
  readonly upstreamRequestId: string | undefined;
  readonly logReason: string | undefined;

  constructor(code: ErrorCode, detail: ChatErrorDetail = {}) {
    super(detail.message ?? ERRORS[code].message);
    this.code = code;
    this.status = ERRORS[code].status;
    this.retryable = detail.retryable ?? ERRORS[code].retryable;
    this.param = detail.param;
    this.retryAfterSeconds = detail.retryAfterSeconds;
    this.upstreamCode = detail.upstreamCode;
    this.upstreamStatus = detail.upstreamStatus;
    this.upstreamRequestId = detail.upstreamRequestId;
    this.logReason = detail.logReason;
  }
}

/**
 * Anything thrown → ChatError. What is not ours is an `internal_error`: its own text may hold a URL with a key (Bun and Deno put
 * the whole URL into fetch errors) or a prompt (zod issues), so only its class name is kept, for the log.
 */
export function toChatError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown;
  return new ChatError("internal_error", {
    logReason: thrown instanceof Error ? thrown.name : typeof thrown,
  });
}
