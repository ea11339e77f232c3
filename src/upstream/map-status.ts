import { ChatError, type ChatErrorDetail } from "../errors/chat-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

/** What an upstream's status means where its body says nothing more precise. */
export function mapStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return "upstream_auth";
    case 402:
      return "upstream_billing";
    case 404:
      return "model_not_found";
    case 408:
    case 504:
      return "upstream_timeout";
    case 409:
      return "upstream_conflict";
    case 410:
      return "upstream_gone";
    case 413:
      return "request_too_large";
    case 429:
      return "upstream_rate_limited";
    case 503:
    case 529:
      return "upstream_overloaded";
    default:
      if (status >= 500) return "upstream_error";
      if (status >= 400) return "upstream_rejected";
      // A redirect is not followed (it would carry the key to another host), and nothing else below 400 is an answer.
      return "upstream_invalid_response";
  }
}

/** Longest part of a vendor's text that is passed on. */
const MAX_MESSAGE_LENGTH = 500;

/**
 * A vendor's own explanation of a refused request, made fit to be shown: cut to length, with everything that looks like a key
 * taken out. Only for refusals of what the caller sent (400, 404, 413, 422); other texts speak of the operator's account.
 */
export function publicMessage(text: unknown): string | undefined {
  if (typeof text !== "string" || text.trim() === "") return undefined;
  return text
    .replace(/\b(sk-|AIza|ya29\.|1\/\/|gh[pousr]_|github_pat_|crsr_|xai-|gsk_|key-)[\w.-]{4,}/g, "[removed]")
    .replace(/\beyJ[\w-]{8,}(\.[\w-]+){0,2}/g, "[removed]")
    .replace(/\b[Bb]earer\s+\S+/g, "[removed]")
    .replace(/([?&]key=)[^&\s]+/g, "$1[removed]")
    .slice(0, MAX_MESSAGE_LENGTH);
}

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
const ABOUT_THE_REQUEST: ReadonlySet<ErrorCode> = new Set(["upstream_rejected", "model_not_found", "request_too_large"]);

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
  if (body.upstreamCode !== undefined && CODE.test(body.upstreamCode)) detail.upstreamCode = body.upstreamCode;
  if (body.retryable !== undefined) detail.retryable = body.retryable;
  if (retryAfterSeconds !== undefined) detail.retryAfterSeconds = retryAfterSeconds;
  if (response.requestId && REQUEST_ID.test(response.requestId)) detail.upstreamRequestId = response.requestId;
  return new ChatError(code, detail);
}
