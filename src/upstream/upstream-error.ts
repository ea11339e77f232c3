import { ChatError, type ChatErrorDetail } from "../errors/chat-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { isContextOverflow } from "./is-context-overflow.ts";
import { mapStatus } from "./map-status.ts";
import { publicMessage } from "./public-message.ts";

/** A vendor's error body, as each provider reads it from its own format. */
export interface UpstreamErrorBody {
  /** More precise than the status, if the body allows it. */
  code?: ErrorCode | undefined;
  upstreamCode?: string | undefined;
  message?: string | undefined;
  /** The field at fault, in the vendor's own names. */
  param?: string | undefined;
  retryAfterSeconds?: number | undefined;
  retryable?: boolean | undefined;
}

/** Codes about the caller's request: only their texts are passed on. */
const ABOUT_THE_REQUEST: ReadonlySet<ErrorCode> = new Set([
  "upstream_rejected",
  "context_length_exceeded",
  "model_not_found",
  "request_too_large",
]);

const TOO_LARGE = "The provider does not take a request of this size.";

/** The form of a code and of a request id. Anything else is a text that may hold secrets. */
const CODE = /^[A-Za-z][\w.-]{0,63}$|^\d{1,6}$/;
const REQUEST_ID = /^[\w.:+/=-]{1,200}$/;

/** The status and body of a failed call → ChatError. */
export function createUpstreamError(
  status: number,
  body: UpstreamErrorBody,
  response: { retryAfterSeconds?: number | undefined; requestId?: string | null | undefined } = {},
): ChatError {
  const refused = body.code ?? mapStatus(status);
  // Ollama and llama.cpp tell of it with a 500.
  const isTooLong =
    (refused === "upstream_rejected" || refused === "upstream_error") &&
    isContextOverflow(body.upstreamCode, body.message);
  const code = isTooLong ? "context_length_exceeded" : refused;
  const told = ABOUT_THE_REQUEST.has(code) ? publicMessage(body.message) : undefined;
  // Our own words for that code are about this server's limit.
  const message = told ?? (code === "request_too_large" ? TOO_LARGE : undefined);
  const retryAfterSeconds = body.retryAfterSeconds ?? response.retryAfterSeconds;
  const detail: ChatErrorDetail = { upstreamStatus: status };
  if (message !== undefined) {
    detail.message = message;
    const param = publicMessage(body.param);
    if (param !== undefined) detail.param = param.slice(0, 200);
  }
  if (body.upstreamCode !== undefined && CODE.test(body.upstreamCode))
    detail.upstreamCode = body.upstreamCode;
  if (body.retryable !== undefined) detail.retryable = body.retryable;
  if (retryAfterSeconds !== undefined) detail.retryAfterSeconds = retryAfterSeconds;
  if (response.requestId && REQUEST_ID.test(response.requestId))
    detail.upstreamRequestId = response.requestId;
  return new ChatError(code, detail);
}
