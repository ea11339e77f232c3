import { ChatError } from "../errors/chat-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { isEmptyObject, readText, soleOf } from "../json/narrow.ts";
import { createUpstreamError } from "../upstream/upstream-error.ts";

/**
 * The error in an answer with status 200, in its body or in a stream event, as fields of one form
 * (`message`, `code`, `type`, `status`); null if there is none. Vendors and the proxies in front of
 * them have many forms for it:
 *
 * - `{error}`, under any of its usual names: an object, a text (Ollama, xAI), a list, `true` or a
 *   number;
 * - `{object: "error"}` and `{type: "error"}` (vLLM, Anthropic);
 * - `{base_resp: {status_code, status_msg}}`, which is an error unless the code is 0 (MiniMax,
 *   https://platform.minimax.io/docs/api-reference/errorcode);
 * - `{x_groq: {error}}` (Groq: https://github.com/groq/groq-python, `XGroq`);
 * - `{success: false}`, and a code of an error alone, even beside an answer.
 *
 * If the body holds nothing of an answer (`isAnswer` is false), these are errors too: `{detail}`
 * (FastAPI), `{errors}`, `{message}`, and a code beside a message under any of their usual names.
 */
export function findAnswerError(body: JsonObject, isAnswer: boolean): JsonObject | null {
  const { x_groq: groq, base_resp: base } = body;
  for (const name of NAMES) {
    const named = name in body ? readNamed(body[name], body) : null;
    if (named) return named;
  }
  if (isJsonObject(groq) && readText(groq.error) !== undefined) return { message: groq.error };
  const minimax = isJsonObject(base) ? Number(base.status_code ?? 0) : 0;
  if (isJsonObject(base) && minimax !== 0)
    return { message: base.status_msg, code: String(base.status_code), minimax };
  if (body.object === "error" || body.type === "error") return unify(body);
  if (body.success === false || ERROR_CODES.some((name) => isCode(body[name]))) return unify(body);
  return isAnswer ? null : readUnnamed(body);
}

/** Fields that hold an error. The last one is Apigee's. */
const NAMES = ["error", "err", "Error", "exception", "fault"] as const;

/** Fields that hold nothing but the code of an error; other codes may be of a success. */
const ERROR_CODES = ["error_code", "errcode", "errorCode", "err_code"] as const;

function isCode(value: unknown): boolean {
  return (
    (typeof value === "number" || typeof value === "string") &&
    !/^(?:0*|null|ok|success)$/i.test(String(value))
  );
}

/** What stands in a field for an error. */
function readNamed(error: unknown, body: JsonObject): JsonObject | null {
  if (isJsonObject(error)) return isEmptyObject(error) ? null : unify(error);
  if (typeof error === "string" && error !== "")
    return { message: error, code: body.code, status: body.status };
  if (Array.isArray(error)) return readList(error);
  if (typeof error === "number" && error !== 0) return { ...unify(body), code: error };
  return error === true ? unify(body) : null;
}

function readUnnamed(body: JsonObject): JsonObject | null {
  const { detail, errors } = body;
  if (isJsonObject(detail)) return unify(detail);
  if (Array.isArray(detail)) return readList(detail);
  if (Array.isArray(errors) && errors.length > 0) return readList(errors);
  if (isJsonObject(errors)) return unify(errors);
  const unified = unify(body);
  return unified.message === undefined ? null : unified;
}

/** A list of errors, or of texts: the first one counts. */
function readList(list: readonly unknown[]): JsonObject | null {
  const [first] = list;
  if (isJsonObject(first)) return unify(first);
  return typeof first === "string" && first !== "" ? { message: first } : null;
}

const MESSAGES = [
  "message",
  "msg",
  "error",
  "detail",
  "error_msg",
  "errmsg",
  "error_message",
  "errorMessage",
  "status_msg",
  "title",
  "faultstring",
] as const;
const CODES = ["code", "error_code", "errcode", "errorCode", "err_code", "ret"] as const;
const STATUSES = ["status", "status_code", "statusCode", "http_code", "http_status"] as const;

function unify(error: JsonObject): JsonObject {
  const message = MESSAGES.map((name) => readText(error[name])).find((text) => text !== undefined);
  const inner =
    message === undefined ? MESSAGES.map((name) => error[name]).find(isJsonObject) : undefined;
  if (inner) return { ...error, ...unify(inner) };
  return {
    ...error,
    message,
    code: CODES.map((name) => error[name]).find((code) => code != null),
    status: STATUSES.map((name) => error[name]).find((status) => status != null),
  };
}

/** The HTTP status that an error names, in its code or beside it. */
export function statusOf(error: JsonObject): number | undefined {
  for (const value of [error.code, error.status]) {
    const status = typeof value === "string" ? Number(value) : value;
    if (typeof status === "number" && status >= 400 && status <= 599) return status;
  }
  return undefined;
}

/** MiniMax's codes, https://platform.minimax.io/docs/api-reference/errorcode (November 2026). */
const MINIMAX: ReadonlyMap<unknown, ErrorCode> = new Map<unknown, ErrorCode>([
  [1001, "upstream_timeout"],
  [1002, "upstream_rate_limited"],
  [1004, "upstream_auth"],
  [1008, "upstream_quota_exhausted"],
  [1026, "upstream_rejected"],
  [1027, "upstream_rejected"],
  [1039, "upstream_rate_limited"],
  [1041, "upstream_rate_limited"],
  [1042, "upstream_rejected"],
  [2013, "upstream_rejected"],
  [2045, "upstream_rate_limited"],
  [2049, "upstream_auth"],
  [2056, "upstream_quota_exhausted"],
]);

/** In this order: a text about a quota often speaks of limits too. */
const BY_TEXT: readonly (readonly [RegExp, ErrorCode])[] = [
  [
    /insufficient.{0,12}(?:balance|quota|credit|fund)|quota (?:is )?exceeded|exceeded your.*quota|余额不足|欠费/i,
    "upstream_quota_exhausted",
  ],
  [
    /rate.?limit|too many requests|requests? per (?:minute|second|day)|\b[rt]pm\b|throttl|频率|限流|请求过多|并发/i,
    "upstream_rate_limited",
  ],
  [
    /overload|over capacity|at capacity|server (?:is )?busy|temporarily unavailable|service unavailable|繁忙/i,
    "upstream_overloaded",
  ],
  [
    /unauthori[sz]ed|(?:invalid|incorrect|missing|expired).{0,12}(?:api.?key|token|credential)|authentication|permission denied|forbidden/i,
    "upstream_auth",
  ],
  [/timed? ?out|deadline exceeded/i, "upstream_timeout"],
  [
    /model\b.{0,80}(?:not found|does not exist|not exist|unknown)|(?:unknown|no such) model/i,
    "model_not_found",
  ],
  [
    /\binvalid|bad request|must be|is required|not supported|unsupported|too long|context (?:length|window)|content.?(?:filter|policy)|sensitive/i,
    "upstream_rejected",
  ],
];

/** What an error without a status means: by a vendor's own code, else by its text. */
export function codeByText(error: JsonObject): ErrorCode | undefined {
  const known = MINIMAX.get(error.minimax);
  if (known !== undefined) return known;
  const texts = [error.message, error.type, error.code].filter((text) => typeof text === "string");
  const all = texts.join(" ");
  return BY_TEXT.find(([text]) => text.test(all))?.[1];
}

/** An error inside an answer → ChatError, by the status that it names, else by its code or text. */
export function createInBandError(error: JsonObject): ChatError {
  const status = statusOf(error);
  return createUpstreamError(status ?? 200, {
    code: status === undefined ? (codeByText(error) ?? "upstream_error") : undefined,
    upstreamCode: readText(error.type) ?? readText(error.code),
    message: readText(error.message),
  });
}

/** An error that stands in a stream outside of its events, as a bare JSON body. */
export function findBareError(leftover: string): JsonObject | null {
  if (!/^\s*[{[]/.test(leftover)) return null;
  try {
    const body = soleOf(JSON.parse(leftover));
    return isJsonObject(body) ? findAnswerError(body, false) : null;
  } catch {
    return null;
  }
}

/**
 * The data of a stream's event; null for a sign of life of some proxies. Google gives an error as
 * the only item of a list. Throws if the data is neither.
 */
export function parseEvent(data: string): JsonObject | null {
  const event = soleOf(JSON.parse(data));
  if (event === null || (isJsonObject(event) && isEmptyObject(event))) return null;
  if (isJsonObject(event)) return event;
  throw new ChatError("upstream_invalid_response", { logReason: "event" });
}
