import { ERRORS, type ErrorCode } from "./error-codes.ts";
import type { LimitReport } from "./limit-report.ts";

export interface ChatErrorDetail {
  /** The public text. It never contains a token, a key, a prompt or an upstream's body. */
  message?: string;
  /** The path of the field at fault in the request, as `messages[0].content[1].url`. */
  param?: string;
  /**
   * Whether `param` is a path in the caller's own API already; else it is one in the chat model.
   */
  isCallersPath?: boolean;
  /** Seconds after which the caller may try again. */
  retryAfterSeconds?: number;
  /** Overrides the code's default, if the upstream said so. */
  retryable?: boolean;
  /** The vendor's own code or type (a short token such as `overloaded_error`), never its text. */
  upstreamCode?: string;
  upstreamStatus?: number;
  /** The vendor's request id, to quote to its support. */
  upstreamRequestId?: string;
  /** The limit that refused the call. */
  limit?: LimitReport;
  /** A short reason for the log only; it is never sent out. */
  logReason?: string;
}

/**
 * The only error inside the server; {@link toChatError} turns anything else that is thrown into
 * one.
 */
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
  readonly limit: LimitReport | undefined;
  readonly logReason: string | undefined;
  readonly isCallersPath: boolean;
  readonly #detail: ChatErrorDetail;
  /** Whether this server has already retried the call in vain. */
  retried = false;

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
    this.limit = detail.limit;
    this.logReason = detail.logReason;
    this.isCallersPath = detail.isCallersPath ?? false;
    this.#detail = detail;
  }

  /** The same error about a field under another name, which is the caller's; also in its text. */
  withParam(param: string | undefined): ChatError {
    return this.#renamed(param, true);
  }

  /** The same error with another path in the chat model; also in its text. */
  mapParam(map: (param: string) => string): ChatError {
    const { param, isCallersPath, upstreamStatus } = this;
    // A vendor names the fields of its own API.
    if (param === undefined || isCallersPath || upstreamStatus !== undefined) return this;
    const mapped = map(param);
    return mapped === param ? this : this.#renamed(mapped, false);
  }

  /** The same error about no field, with more in its text. */
  withoutParam(more: string): ChatError {
    const { param: _param, ...detail } = this.#detail;
    return this.#copy({ ...detail, message: `${this.message} ${more}` });
  }

  #renamed(param: string | undefined, isCallersPath: boolean): ChatError {
    const { param: before, message } = this;
    const { param: _param, ...detail } = this.#detail;
    return this.#copy({
      ...detail,
      ...(param === undefined ? {} : { param }),
      message:
        before === undefined || param === undefined
          ? message
          : message.replaceAll(before, () => param),
      isCallersPath,
    });
  }

  #copy(detail: ChatErrorDetail): ChatError {
    const copy = new ChatError(this.code, detail);
    copy.retried = this.retried;
    return copy;
  }
}

/**
 * Anything thrown → ChatError. A foreign error becomes an `internal_error` with only its class
 * name, for the log: its text may contain a URL with a key (Bun and Deno put the whole URL into
 * fetch errors) or a prompt (zod issues).
 */
export function toChatError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown;
  return new ChatError("internal_error", {
    logReason: thrown instanceof Error ? thrown.name : typeof thrown,
  });
}
