import type { ChatError } from "../../errors/chat-error.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readText } from "../../json/narrow.ts";
import { createUpstreamError, type UpstreamErrorBody } from "../../upstream/upstream-error.ts";
import { findAnswerError, statusOf } from "../answer-error.ts";
import { codeByText } from "../error-text.ts";

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

/** Reads the body of a failed call, whose forms are those of `findAnswerError`. */
export function readErrorBody(body: unknown, status: number): UpstreamErrorBody {
  const error = isJsonObject(body) ? findAnswerError(body, false) : null;
  return error ? readFields(error, status) : {};
}

function readFields(error: JsonObject, status: number | undefined): UpstreamErrorBody {
  const code = readCode(error.code);
  const type = readText(error.type);
  const decided = status !== undefined && STATUS_DECIDES.has(status);
  const meaning = decided ? undefined : (MEANINGS.get(code ?? "") ?? MEANINGS.get(type ?? ""));
  // OpenRouter's moderation answers 403 even if the key is valid:
  // https://openrouter.ai/docs/api-reference/errors
  const moderated =
    status === 403 && isJsonObject(error.metadata) && Array.isArray(error.metadata.reasons);
  return {
    code: moderated ? "upstream_rejected" : meaning?.code,
    upstreamCode: code ?? type,
    message: readText(error.message),
    param: readText(error.param),
    retryable: meaning?.retryable,
  };
}

/** A number that is no HTTP status is a vendor's own code. */
function readCode(code: unknown): string | undefined {
  return typeof code === "number" && (code < 100 || code > 599) ? String(code) : readText(code);
}

/** An error inside an answer → ChatError, by the status that it names, else by its text. */
export function createInBandError(error: JsonObject): ChatError {
  const status = statusOf(error);
  const read = readFields(error, status);
  if (status !== undefined) return createUpstreamError(status, read);
  const isRefused = /^invalid_request|^BadRequest/.test(String(error.type));
  const code =
    read.code ?? codeByText(error) ?? (isRefused ? "upstream_rejected" : "upstream_error");
  return createUpstreamError(200, { ...read, code });
}
