import { ChatError } from "../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { isEmptyObject, readText, soleOf } from "../json/narrow.ts";
import { createUpstreamError } from "../upstream/upstream-error.ts";
import { codeByText } from "./error-text.ts";

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
  if (isAnswer && !maySayError(body)) return null;
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

/** One look at each field: this runs for every streamed event. */
function maySayError(body: JsonObject): boolean {
  return (
    body.error != null ||
    body.err != null ||
    body.Error != null ||
    body.exception != null ||
    body.fault != null ||
    body.x_groq != null ||
    body.base_resp != null ||
    body.success === false ||
    body.error_code != null ||
    body.errcode != null ||
    body.errorCode != null ||
    body.err_code != null ||
    body.object === "error" ||
    body.type === "error"
  );
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
