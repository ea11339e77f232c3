import * as z from "zod";
import type { ErrorCode } from "../../src/errors/error-codes.ts";
import { isJsonObject } from "../../src/json/json-object.ts";
import { type GoogleAnswer, readGoogleAnswer } from "./google-answer.ts";
import { type Exchange, exchangeBytes, loadChunks, loadExchanges } from "./recordings.ts";

/** One recorded answer of `generateContent` or `streamGenerateContent`. */
export interface GoogleRecording {
  name: string;
  contentType: string;
  bytes: Uint8Array;
  streamed: boolean;
  answer: GoogleAnswer;
}

/** A call that Google refused, and what the server must say of it. */
export interface GoogleRefusal {
  name: string;
  status: number;
  contentType: string;
  bytes: Uint8Array;
  error: { code: ErrorCode; retryAfterSeconds: number | undefined };
}

const JSON_TYPE = "application/json; charset=UTF-8";

const exchanges = loadExchanges("google");

/**
 * The generation calls. What else was recorded is nothing that the server asks of Google: lists of
 * models (the catalog is its own), embeddings, files, caches and search stores (made beforehand; a
 * request only names them), the Interactions and Live APIs. Token exchanges are played in the tests
 * of the credentials.
 */
export const generateExchanges: readonly Exchange[] = exchanges.filter(({ request }) =>
  /:(streamG|g)enerateContent\b/.test(request.url),
);

export const countExchanges: readonly Exchange[] = exchanges.filter(({ request }) =>
  request.url.endsWith(":countTokens"),
);

/** The requested model, which is in the address. */
export function askedModel({ request }: Exchange): string {
  return /models\/([^:]+):/.exec(request.url)?.[1] ?? "";
}

function parseSse(text: string): unknown[] {
  return text
    .split(/\r?\n/)
    .flatMap((line) =>
      line.startsWith("data: ") ? [JSON.parse(line.slice("data: ".length))] : [],
    );
}

function readExchange(exchange: Exchange): GoogleRecording {
  const bytes = exchangeBytes(exchange);
  const text = new TextDecoder().decode(bytes);
  const parsed: unknown = exchange.response.sse ? parseSse(text) : JSON.parse(text);
  return {
    name: exchange.name,
    contentType: exchange.response.headers["content-type"] ?? "",
    bytes,
    streamed: exchange.response.sse,
    answer: readGoogleAnswer(Array.isArray(parsed) ? parsed : [parsed]),
  };
}

/**
 * Answers without requests, of both ways to Gemini; the folders hold answers of other calls too
 * (see above).
 */
const chunkRecordings = [...loadChunks("google"), ...loadChunks("google-vertex")].map((chunks) => ({
  ...chunks,
  items:
    chunks.kind === "stream" ? chunks.data.map((data): unknown => JSON.parse(data)) : [chunks.body],
}));

function holds(items: readonly unknown[], ...names: string[]): boolean {
  return items.some((item) => isJsonObject(item) && names.some((name) => item[name] !== undefined));
}

function readChunks(chunks: (typeof chunkRecordings)[number]): GoogleRecording {
  const streamed = chunks.kind === "stream";
  // Google ends its lines in CRLF.
  const text = streamed
    ? chunks.data.map((data) => `data: ${data}\r\n\r\n`).join("")
    : JSON.stringify(chunks.body);
  return {
    name: chunks.name,
    contentType: streamed ? "text/event-stream" : JSON_TYPE,
    bytes: new TextEncoder().encode(text),
    streamed,
    answer: readGoogleAnswer(chunks.items),
  };
}

const CONTENT_FILTER =
  /^(?:SAFETY|RECITATION|LANGUAGE|BLOCKLIST|PROHIBITED_CONTENT|SPII|MODEL_ARMOR|JAILBREAK|IMAGE_(?:SAFETY|PROHIBITED_CONTENT|RECITATION))$/;

/** The finish reason in our words; null if the model failed. */
export function expectedFinish({
  finishReason = "",
  blockReason,
  calls,
}: GoogleAnswer): string | null {
  if (blockReason !== undefined || CONTENT_FILTER.test(finishReason)) return "content_filter";
  if (finishReason === "MAX_TOKENS" || finishReason === "CONTINUATION") return "length";
  if (calls.length > 0 && /^(?:STOP|UNEXPECTED_TOOL_CALL)$/.test(finishReason)) return "tool_calls";
  return finishReason === "STOP" ? "stop" : null;
}

const answered: readonly GoogleRecording[] = [
  ...generateExchanges.filter(({ response }) => response.status === 200).map(readExchange),
  ...chunkRecordings
    .filter(({ items }) => holds(items, "candidates", "promptFeedback"))
    .map(readChunks),
];

export const googleRecordings = answered.filter(({ answer }) => expectedFinish(answer) !== null);
/** Answers in which the model failed. */
export const failedGoogleRecordings = answered.filter(
  ({ answer }) => expectedFinish(answer) === null,
);

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: "upstream_auth",
  403: "upstream_auth",
  404: "model_not_found",
  429: "upstream_rate_limited",
  503: "upstream_overloaded",
  504: "upstream_timeout",
};

/** A refusal's body, read by its text and apart from the server's own code. */
function expectedError(status: number, text: string): GoogleRefusal["error"] {
  const delay = /"retryDelay": ?"([\d.]+)s"/.exec(text)?.[1];
  return {
    code: expectedCode(status, text),
    retryAfterSeconds: delay === undefined ? undefined : Math.ceil(Number(delay)),
  };
}

function expectedCode(status: number, text: string): ErrorCode {
  if (/"quotaId": ?"[^"]*PerDay/.test(text)) return "upstream_quota_exhausted";
  if (text.includes('"API_KEY_INVALID"')) return "upstream_auth";
  return CODES[status] ?? (status < 500 ? "upstream_rejected" : "upstream_error");
}

const errorStatusSchema = z.object({ error: z.object({ code: z.int() }) });

export const googleRefusals: readonly GoogleRefusal[] = [
  ...[...generateExchanges, ...countExchanges]
    .filter(({ response }) => response.status !== 200)
    .map((exchange) => {
      const { status, headers } = exchange.response;
      const bytes = exchangeBytes(exchange);
      const error = expectedError(status, new TextDecoder().decode(bytes));
      return {
        name: exchange.name,
        status,
        contentType: headers["content-type"] ?? "",
        bytes,
        error,
      };
    }),
  ...chunkRecordings
    .filter((chunks) => chunks.kind === "body" && holds(chunks.items, "error"))
    .map(({ name, items }) => {
      const status = errorStatusSchema.parse(items[0]).error.code;
      const text = JSON.stringify(items[0]);
      const bytes = new TextEncoder().encode(text);
      return { name, status, contentType: JSON_TYPE, bytes, error: expectedError(status, text) };
    }),
];
