import { ChatError } from "../../errors/chat-error.ts";
import type { ErrorCode } from "../../errors/error-codes.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readString } from "../../json/narrow.ts";
import { createUpstreamError, type UpstreamErrorBody } from "../../upstream/upstream-error.ts";
import type { RunEnd } from "./agents.ts";

/** Cursor's error codes that are more precise than the HTTP status (400, 401 and 500 need none). */
const CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ["unauthorized", "upstream_auth"],
  ["api_key_not_found", "upstream_auth"],
  ["role_forbidden", "upstream_auth"],
  ["feature_unavailable", "upstream_auth"],
  ["integration_not_connected", "upstream_auth"],
  ["service_account_required", "upstream_auth"],
  ["plan_required", "upstream_billing"],
  ["usage_limit_exceeded", "upstream_quota_exhausted"],
  ["rate_limit_exceeded", "upstream_rate_limited"],
  ["validation_error", "upstream_rejected"],
  ["missing_body", "upstream_rejected"],
  ["repository_required", "upstream_rejected"],
  ["repository_access", "upstream_rejected"],
  ["not_implemented", "upstream_rejected"],
  ["invalid_model", "model_not_found"],
  ["agent_busy", "upstream_conflict"],
  ["agent_archived", "upstream_conflict"],
  ["agent_id_conflict", "upstream_conflict"],
  ["run_not_cancellable", "upstream_conflict"],
  // Not the caller's model: the agent was deleted during its run.
  ["agent_not_found", "upstream_gone"],
  ["run_not_found", "upstream_gone"],
  ["stream_expired", "upstream_gone"],
  ["invalid_last_event_id", "upstream_incomplete"],
  ["stream_unavailable", "upstream_unavailable"],
  ["client_cancelled", "upstream_error"],
  ["upstream_error", "upstream_error"],
  ["internal_error", "upstream_error"],
]);

/** Reads `{error: {code, message}}` of an HTTP answer. */
export function readErrorBody(body: unknown): UpstreamErrorBody {
  return isJsonObject(body) && isJsonObject(body.error) ? readError(body.error) : {};
}

function readError({ code, message }: JsonObject): UpstreamErrorBody {
  const upstreamCode = readString(code);
  return {
    code: upstreamCode === undefined ? undefined : CODES.get(upstreamCode),
    upstreamCode,
    message: readString(message),
  };
}

/** Reads an `error` event: `{code, message}` inside a stream that began well. */
export function readStreamError(data: JsonObject): ChatError {
  const body = readError(data);
  return createUpstreamError(200, { ...body, code: body.code ?? "upstream_error" });
}

/** The error of a run that ended without success. */
export function readRunFailure(status: RunEnd, code: ErrorCode, data: JsonObject): ChatError {
  if (isJsonObject(data.error) && typeof data.error.code === "string")
    return readStreamError(data.error);
  return new ChatError(code, { upstreamCode: status });
}
