import { challengeFor } from "../auth/auth-failure.ts";
import type { Warning } from "../chat/event.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { ChatError } from "../errors/chat-error.ts";
import { encodeWarningsHeader } from "./encode-warnings-header.ts";

/** On every answer: it is somebody's, it is not a page, and it can be found in the log. */
function commonHeaders(requestId: string): Record<string, string> {
  return {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
  };
}

export function respondJson(
  body: unknown,
  requestId: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...commonHeaders(requestId), ...headers },
  });
}

/** A page of ours: it runs no script and loads nothing. */
export function respondPage(html: string, requestId: string): Response {
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      ...commonHeaders(requestId),
    },
  });
}

/** Server-Sent Events. nginx-like proxies are told not to hold them back. */
export function respondStream(
  body: ReadableStream<Uint8Array>,
  requestId: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
      ...commonHeaders(requestId),
      ...headers,
    },
  });
}

/** What a dialect's own clients look for on an answer: the request's id under their name of it, and what was changed on the way. */
export function answerHeaders(
  dialect: Dialect,
  requestId: string,
  warnings: readonly Warning[] = [],
): Record<string, string> {
  return {
    [dialect.requestIdHeader]: requestId,
    ...(warnings.length === 0 ? {} : { "x-warnings": encodeWarningsHeader(warnings) }),
  };
}

/** A failure with its true status, in the caller's dialect. */
export function respondError(error: ChatError, dialect: Dialect, requestId: string): Response {
  const { status, headers, body } = dialect.encodeError(error, requestId);
  const standard: Record<string, string> = {};
  if (error.retryAfterSeconds !== undefined)
    standard["retry-after"] = String(error.retryAfterSeconds);
  if (error.code === "unauthenticated") standard["www-authenticate"] = challengeFor(error);
  return respondJson(body, requestId, status, {
    ...standard,
    ...answerHeaders(dialect, requestId),
    ...headers,
  });
}
