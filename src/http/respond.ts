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

/**
 * The headers of a kind of response; on every one: not cacheable, not sniffable. Each is made once,
 * because making headers takes three times as long as copying them.
 */
function createKind(headers: Readonly<Record<string, string>>): Headers {
  return new Headers({
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
}

const JSON_TEXT = createKind({ "content-type": "application/json" });
/** Only what every response has. */
const PLAIN = createKind({});
/** A page runs no script and loads nothing. */
const PAGE = createKind({
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
});
/**
 * A file of the pages loads and sends nothing but to this server, in no frame; images may be ones
 * that the reader dropped.
 */
const ASSET = createKind({
  "cache-control": "no-cache",
  "referrer-policy": "no-referrer",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
});
/** `x-accel-buffering` keeps nginx and its like from buffering the events. */
const EVENTS = createKind({
  "content-type": "text/event-stream; charset=utf-8",
  "x-accel-buffering": "no",
});

/** A response of a kind, with headers of its own and the request's id. */
function respond(
  body: BodyInit | null,
  kind: Headers,
  requestId: string,
  status = 200,
  own: Readonly<Record<string, string>> = {},
): Response {
  const response = new Response(body, { status, headers: kind });
  const { headers } = response;
  headers.set("x-request-id", requestId);
  for (const name in own) headers.set(name, own[name] ?? "");
  return response;
}

export function respondJson(
  body: unknown,
  requestId: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return respond(JSON.stringify(body), JSON_TEXT, requestId, status, headers);
}

/** JSON that is text already. */
export function respondJsonText(
  text: string,
  requestId: string,
  status: number,
  headers: Record<string, string>,
): Response {
  return respond(text, JSON_TEXT, requestId, status, headers);
}

export function respondEmpty(requestId: string): Response {
  return respond(null, PLAIN, requestId, 204);
}

/** A text that is no page: metrics, or a table. */
export function respondText(
  text: string,
  contentType: string,
  requestId: string,
  headers: Record<string, string> = {},
): Response {
  return respond(text, PLAIN, requestId, 200, { "content-type": contentType, ...headers });
}

/** An HTML page of this server. */
export function respondPage(html: string, requestId: string): Response {
  return respond(html, PAGE, requestId);
}

/** A file of this server's pages. */
export function respondAsset({ body, contentType }: Asset, requestId: string): Response {
  return respond(body, ASSET, requestId, 200, { "content-type": contentType });
}

/** Server-Sent Events. */
export function respondStream(
  body: ReadableStream<Uint8Array>,
  requestId: string,
  headers: Record<string, string> = {},
): Response {
  return respond(body, EVENTS, requestId, 200, headers);
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
