import type { ChatError } from "../../errors/chat-error.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import { findAnswerError, statusOf } from "../../formats/answer-error.ts";
import { codeByText } from "../../formats/error-text.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readString } from "../../json/narrow.ts";
import { capRetryAfter } from "../../upstream/retry-after.ts";
import { createUpstreamError, type UpstreamErrorBody } from "../../upstream/upstream-error.ts";

/** OpenAI's `code` or `type` → our code, if it is more precise than the status. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  insufficient_quota: "upstream_quota_exhausted",
  billing_hard_limit_reached: "upstream_quota_exhausted",
  billing_not_active: "upstream_billing",
  rate_limit_exceeded: "upstream_rate_limited",
  too_many_requests: "upstream_rate_limited",
  model_not_found: "model_not_found",
  deployment_not_found: "model_not_found",
  invalid_api_key: "upstream_auth",
  account_deactivated: "upstream_auth",
  context_length_exceeded: "upstream_rejected",
  string_above_max_length: "upstream_rejected",
  unsupported_parameter: "upstream_rejected",
  unsupported_value: "upstream_rejected",
  invalid_prompt: "upstream_rejected",
  previous_response_not_found: "upstream_rejected",
  invalid_encrypted_content: "upstream_rejected",
  server_is_overloaded: "upstream_overloaded",
  slow_down: "upstream_overloaded",
  overloaded_error: "upstream_overloaded",
  server_error: "upstream_error",
  internal_error: "upstream_error",
  vector_store_timeout: "upstream_timeout",
};

/** Codes of `response.failed` about an image or a policy, which are the request's fault. */
const ABOUT_CONTENT =
  /^(?:invalid_|image_|empty_image|unsupported_image|failed_to_download)|_policy(?:_violation)?$/;

function mapCode(error: JsonObject): ErrorCode | undefined {
  for (const name of [readString(error.code), readString(error.type)]) {
    if (name !== undefined && Object.hasOwn(CODES, name)) return CODES[name];
  }
  return undefined;
}

/** Reads `{"error": {message, type, param, code}}` of an answer with an error status. */
export function readErrorBody(body: unknown, status: number): UpstreamErrorBody {
  const error = isJsonObject(body) ? findAnswerError(body, false) : null;
  if (!error) return {};
  const known = mapCode(error);
  // Every status from 500 is a `server_error`; a 503 is more precise than that.
  if (known === "upstream_error" && status >= 500) return describe(error);
  return {
    ...describe(error),
    // A missing item or stored response is a 404 too; only `model_not_found` is about the model.
    code: known ?? (status === 404 && error.param !== "model" ? "upstream_rejected" : undefined),
  };
}

/** The error of an `error` event (nested or flat) or of a failed response → ChatError. */
export function createInBandError(error: JsonObject): ChatError {
  const name = readString(error.code) ?? readString(error.type) ?? "";
  const status = statusOf(error);
  const code =
    mapCode(error) ??
    (isRequestFault(error, name) ? "upstream_rejected" : undefined) ??
    (status === undefined ? (codeByText(error) ?? "upstream_error") : undefined);
  return createUpstreamError(status ?? 200, { ...describe(error), code });
}

function isRequestFault(error: JsonObject, name: string): boolean {
  return error.type === "invalid_request_error" || ABOUT_CONTENT.test(name);
}

function describe(error: JsonObject): UpstreamErrorBody {
  return {
    upstreamCode: readString(error.code) ?? readString(error.type),
    message: readString(error.message),
    param: readString(error.param),
    retryAfterSeconds: readWait(error.message),
  };
}

/** Errors in a stream have no `retry-after` header, only a text: "Please try again in 6.57s." */
function readWait(message: unknown): number | undefined {
  const match = /try again in (?:(\d+)m)?(\d+(?:\.\d+)?)(ms|s)\b/.exec(readString(message) ?? "");
  if (!match) return undefined;
  const [, minutes = "0", amount = "0", unit] = match;
  return capRetryAfter(Number(minutes) * 60 + Number(amount) / (unit === "ms" ? 1000 : 1));
}
