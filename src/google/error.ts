/** An error of a Google API (google.aip.dev/193), the whole body or, where a stream was asked for without SSE, the one item of a list. */
export interface GoogleError {
  /** The HTTP status. */
  code?: unknown;
  message?: unknown;
  /** A name of google.rpc.Code: INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE, … */
  status?: unknown;
  /** Items with an `@type` each. */
  details?: unknown;
}

const PREFIX = "type.googleapis.com/google.rpc.";

/** The details that are read. */
export const DETAIL_TYPES = {
  /** `reason`, as API_KEY_INVALID or SERVICE_DISABLED. */
  errorInfo: `${PREFIX}ErrorInfo`,
  /** `retryDelay`, as "34.4s". */
  retryInfo: `${PREFIX}RetryInfo`,
  /** `violations[].quotaId`, as GenerateRequestsPerDayPerProjectPerModel-FreeTier. */
  quotaFailure: `${PREFIX}QuotaFailure`,
} as const;
