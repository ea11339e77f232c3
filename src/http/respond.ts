import { challengeFor } from "../auth/auth-failure.ts";
import type { Attempt } from "../chat/attempt.ts";
import type { AnswerContext, Dialect, ErrorDialect } from "../dialects/dialect.ts";
import type { ChatError } from "../errors/chat-error.ts";
import { encodeWarningsHeader } from "./encode-warnings-header.ts";

/** A file of this server's pages, as a runtime has it. */
export interface Asset {
  readonly body: BodyInit;
  readonly contentType: string;
}

/** Gives a file of the pages by its name; null if there is none. */
export type ReadAsset = (name: string) => Promise<Asset | null>;

/** On every response: not cacheable, not sniffable, traceable by its request id. */
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

/** JSON that is text already. */
export function respondJsonText(
  text: string,
  requestId: string,
  status: number,
  headers: Record<string, string>,
): Response {
  return new Response(text, {
    status,
    headers: { "content-type": "application/json", ...commonHeaders(requestId), ...headers },
  });
}

/** Nothing more to say (204). */
export function respondEmpty(requestId: string): Response {
  return new Response(null, { status: 204, headers: commonHeaders(requestId) });
}

/** A text that is no page: metrics, or a table. */
export function respondText(
  text: string,
  contentType: string,
  requestId: string,
  headers: Record<string, string> = {},
): Response {
  return new Response(text, {
    headers: { "content-type": contentType, ...commonHeaders(requestId), ...headers },
  });
}

/** An HTML page of this server. It runs no script and loads nothing. */
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

/**
 * A file of this server's pages. It loads and sends nothing but to this server, in no frame; images
 * may be ones that the reader dropped.
 */
export function respondAsset({ body, contentType }: Asset, requestId: string): Response {
  return new Response(body, {
    headers: {
      ...commonHeaders(requestId),
      "content-type": contentType,
      "cache-control": "no-cache",
      "referrer-policy": "no-referrer",
      "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    },
  });
}

/** Server-Sent Events. `x-accel-buffering` keeps nginx and its like from buffering them. */
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

/**
 * What a dialect's own clients look for on an answer: the request's id under their name for it, the
 * target that answers, if that is known yet, and what was changed in the request.
 */
export function answerHeaders(
  dialect: Pick<Dialect, "requestIdHeader">,
  {
    requestId,
    warnings,
    servedBy,
  }: Pick<AnswerContext, "requestId" | "warnings"> & Partial<Pick<AnswerContext, "servedBy">>,
): Record<string, string> {
  const headers: Record<string, string> = { [dialect.requestIdHeader]: requestId };
  if (servedBy) headers["x-served-by"] = encodeURI(servedBy);
  if (warnings.length > 0) headers["x-warnings"] = encodeWarningsHeader(warnings);
  return headers;
}

/** A failure with its true status, in the caller's dialect. */
export function respondError(
  error: ChatError,
  dialect: ErrorDialect,
  requestId: string,
  attempts?: readonly Attempt[],
): Response {
  const { status, headers, body } = dialect.encodeError(error, requestId, attempts);
  const standard: Record<string, string> = { [dialect.requestIdHeader]: requestId };
  if (error.code === "unauthenticated") standard["www-authenticate"] = challengeFor(error);
  // RFC 9110 15.5.22: a 426 says what to speak instead.
  if (error.code === "upgrade_unsupported")
    Object.assign(standard, { upgrade: "HTTP/1.1", connection: "upgrade" });
  return respondJson(body, requestId, status, { ...standard, ...headers });
}
