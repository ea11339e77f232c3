import type { ErrorCode } from "../errors/error-codes.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { readText, soleOf } from "../json/narrow.ts";
import { capRetryAfter } from "../upstream/retry-after.ts";
import type { UpstreamErrorBody } from "../upstream/upstream-error.ts";

/**
 * An error of a Google API (google.aip.dev/193): the whole body, or the only item of a list if a
 * stream was requested without SSE.
 */
interface GoogleError {
  /** The HTTP status. */
  code?: unknown;
  message?: unknown;
  /** A name of google.rpc.Code: INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE, … */
  status?: unknown;
  /** Each item has an `@type`. */
  details?: unknown;
}

const PREFIX = "type.googleapis.com/google.rpc.";

/** The details that this server reads. */
const DETAIL_TYPES = {
  /** `reason`, such as API_KEY_INVALID or SERVICE_DISABLED. */
  errorInfo: `${PREFIX}ErrorInfo`,
  /** `retryDelay`, such as "34.4s". */
  retryInfo: `${PREFIX}RetryInfo`,
  /** `violations[].quotaId`, such as GenerateRequestsPerDayPerProjectPerModel-FreeTier. */
  quotaFailure: `${PREFIX}QuotaFailure`,
} as const;

/**
 * Errors that are more precise than their HTTP status: by `ErrorInfo.reason`, otherwise by the name
 * of the status.
 */
const BY_REASON: Readonly<Record<string, ErrorCode>> = {
  API_KEY_INVALID: "upstream_auth",
  API_KEY_SERVICE_BLOCKED: "upstream_auth",
  ACCESS_TOKEN_EXPIRED: "upstream_auth",
  SERVICE_DISABLED: "upstream_auth",
  CONSUMER_INVALID: "upstream_auth",
  BILLING_DISABLED: "upstream_billing",
};
const BY_STATUS: Readonly<Record<string, ErrorCode>> = {
  CANCELLED: "upstream_error",
  DEADLINE_EXCEEDED: "upstream_timeout",
  UNAVAILABLE: "upstream_overloaded",
};

/** The error in a body, or undefined if there is none. Without SSE it is the only item of a list. */
export function findError(body: unknown): JsonObject | undefined {
  const item = soleOf(body);
  return isJsonObject(item) && isJsonObject(item.error) ? item.error : undefined;
}

export function readErrorBody(body: unknown): UpstreamErrorBody {
  const error: GoogleError | undefined = findError(body);
  if (!error) return {};
  const details = Array.isArray(error.details) ? error.details.filter(isJsonObject) : [];
  const find = (type: string) => details.find((detail) => detail["@type"] === type);
  const reason = readText(find(DETAIL_TYPES.errorInfo)?.reason);
  const status = readText(error.status);
  const dailyQuota =
    status === "RESOURCE_EXHAUSTED" && isDailyQuota(find(DETAIL_TYPES.quotaFailure));
  return {
    code: dailyQuota
      ? "upstream_quota_exhausted"
      : (lookUp(BY_REASON, reason) ?? lookUp(BY_STATUS, status)),
    upstreamCode: reason ?? status,
    message: readText(error.message),
    retryAfterSeconds: readDelay(find(DETAIL_TYPES.retryInfo)?.retryDelay),
  };
}

function lookUp(
  table: Readonly<Record<string, ErrorCode>>,
  key: string | undefined,
): ErrorCode | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

function readFirst(value: unknown): JsonObject | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  return isJsonObject(first) ? first : undefined;
}

/** A daily quota is still used up after the minute that `retryDelay` names. */
function isDailyQuota(failure: JsonObject | undefined): boolean {
  const quotaId = readFirst(failure?.violations)?.quotaId;
  return typeof quotaId === "string" && quotaId.includes("PerDay");
}

/** A duration in protobuf's JSON form: seconds with a fraction, then "s". */
function readDelay(value: unknown): number | undefined {
  const match = typeof value === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(value) : null;
  return match ? capRetryAfter(Number(match[1])) : undefined;
}
