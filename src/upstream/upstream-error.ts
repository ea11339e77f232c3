import { ChatError, type ChatErrorDetail } from "../errors/chat-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { mapStatus } from "./map-status.ts";
import { publicMessage } from "./public-message.ts";

/** What a vendor's error body says, as each provider reads it from its own format. */
export interface UpstreamErrorBody {
  /** More precise than the status, where the body allows it. */
  code?: ErrorCode | undefined;
  upstreamCode?: string | undefined;
  message?: string | undefined;
  /** Where the fault lies, in the vendor's own names. */
  param?: string | undefined;
  retryAfterSeconds?: number | undefined;
  retryable?: boolean | undefined;
}

/** Codes about what the caller sent: only their texts are passed on. */
const ABOUT_THE_REQUEST: ReadonlySet<ErrorCode> = new Set([
  "upstream_rejected",
  "model_not_found",
  "request_too_large",
]);

/** What a code and an id look like; anything else in their place is a text, and may hold what must not go out. */
const CODE = /^[A-Za-z][\w.-]{0,63}$|^\d{1,6}$/;
const REQUEST_ID = /^[\w.:+/=-]{1,200}$/;

/** Status and body of a failed call → ChatError. */
export function createUpstreamError(
  status: number,
  body: UpstreamErrorBody,
  response: { retryAfterSeconds?: number | undefined; requestId?: string | null | undefined } = {},
): ChatError {
  const code = body.code ?? mapStatus(status);
  const message = ABOUT_THE_REQUEST.has(code) ? publicMessage(body.message) : undefined;
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
