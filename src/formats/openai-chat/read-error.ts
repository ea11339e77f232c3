import type { ChatError } from "../../errors/chat-error.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";
import { createUpstreamError, type UpstreamErrorBody } from "../../upstream/upstream-error.ts";

interface Meaning {
  code: ErrorCode;
  retryable?: boolean;
}

/** Codes, by the vendor's `code` or else `type`, that say more than the status. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  // OpenAI, https://platform.openai.com/docs/guides/error-codes
  ["insufficient_quota", { code: "upstream_quota_exhausted" }],
  ["billing_hard_limit_reached", { code: "upstream_quota_exhausted" }],
  ["billing_not_active", { code: "upstream_billing" }],
  ["rate_limit_exceeded", { code: "upstream_rate_limited" }],
  ["rate_limit_error", { code: "upstream_rate_limited" }],
  ["invalid_api_key", { code: "upstream_auth" }],
  ["authentication_error", { code: "upstream_auth" }],
  ["model_not_found", { code: "model_not_found" }],
  ["server_error", { code: "upstream_error" }],
  ["engine_overloaded", { code: "upstream_overloaded" }],
  ["overloaded_error", { code: "upstream_overloaded" }],
  ["slow_down", { code: "upstream_overloaded" }],
  ["context_length_exceeded", { code: "upstream_rejected" }],
  // Groq, https://console.groq.com/docs/errors. The last one is the model's fault; a retry may
  // succeed (recorded).
  ["model_decommissioned", { code: "model_not_found" }],
  ["capacity_exceeded", { code: "upstream_overloaded" }],
  ["tool_use_failed", { code: "upstream_rejected", retryable: true }],
]);

/** Statuses that say more than the body: Groq's 413 has the code `rate_limit_exceeded`. */
const STATUS_DECIDES: ReadonlySet<number> = new Set([401, 402, 408, 409, 410, 413, 503, 504, 529]);

/**
 * Reads the body of a failed call. Its forms: `{error: {message, type, param, code}}` (OpenAI and
 * most others), the same with a number as `code` (OpenRouter), `{error: "text"}` (Ollama, LM
 * Studio), `{code, error: "text"}` (xAI), `{object: "error", message, …}` (vLLM, Mistral) and
 * `{detail}` (FastAPI).
 */
export function readErrorBody(body: unknown, status: number): UpstreamErrorBody {
  if (!isJsonObject(body)) return {};
  const error = findError(body) ?? body;
  const code = readText(error.code);
  const type = readText(error.type);
  const message = readText(error.message) ?? readText(error.error) ?? readText(error.detail);
  const meaning = STATUS_DECIDES.has(status)
    ? undefined
    : (MEANINGS.get(code ?? "") ?? MEANINGS.get(type ?? ""));
  // OpenRouter's moderation answers 403 even if the key is valid:
  // https://openrouter.ai/docs/api-reference/errors
  const moderated =
    status === 403 && isJsonObject(error.metadata) && Array.isArray(error.metadata.reasons);
  return {
    code: moderated ? "upstream_rejected" : meaning?.code,
    upstreamCode: code ?? type,
    message,
    param: readText(error.param),
    retryable: meaning?.retryable,
  };
}

/**
 * The error object in an answer with status 200, in its body or in a stream event; null if there is
 * none.
 */
export function findError(value: JsonObject): JsonObject | null {
  if (isJsonObject(value.error)) return value.error;
  if (typeof value.error === "string" && value.error !== "")
    return { code: value.code, error: value.error };
  // Groq's reason for stopping a stream early: https://github.com/groq/groq-python, `XGroq`.
  if (isJsonObject(value.x_groq) && readText(value.x_groq.error) !== undefined)
    return { error: value.x_groq.error };
  return value.object === "error" ? value : null;
}

/** An error inside an answer → ChatError, by the status that it names, else by its text. */
export function createInBandError(error: JsonObject): ChatError {
  const status = findStatus(error);
  return createUpstreamError(status, readErrorBody(error, status));
}

function findStatus(error: JsonObject): number {
  // OpenRouter and vLLM put the status into `code`, Groq into `status_code`.
  for (const value of [error.code, error.status_code, error.status]) {
    const status = typeof value === "string" ? Number(value) : value;
    if (typeof status === "number" && status >= 400 && status <= 599) return status;
  }
  return /^invalid_request|^BadRequest/.test(String(error.type)) ? 400 : 500;
}
