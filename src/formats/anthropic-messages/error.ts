export const ERROR_TYPES = [
  "invalid_request_error",
  "authentication_error",
  "billing_error",
  "permission_error",
  "not_found_error",
  "conflict_error",
  "request_too_large",
  "rate_limit_error",
  "api_error",
  "timeout_error",
  "overloaded_error",
] as const;
export type ErrorType = (typeof ERROR_TYPES)[number];

/** An error response, and the last event of a stream that failed. */
export interface ErrorBody {
  type: "error";
  error: { type: ErrorType; message: string; details?: { error_code: string } };
  request_id: string;
}
