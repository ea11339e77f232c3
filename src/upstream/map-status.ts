import type { ErrorCode } from "../errors/error-codes.ts";

/** The meaning of an upstream's status if its body is no more precise. */
export function mapStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return "upstream_auth";
    case 402:
      return "upstream_billing";
    case 404:
      return "model_not_found";
    case 408:
    case 504:
      return "upstream_timeout";
    case 409:
      return "upstream_conflict";
    case 410:
      return "upstream_gone";
    case 413:
      return "request_too_large";
    case 429:
      return "upstream_rate_limited";
    case 503:
    case 529:
      return "upstream_overloaded";
    default:
      if (status >= 500) return "upstream_error";
      if (status >= 400) return "upstream_rejected";
      // A redirect is not followed (it would send the key to another host), and no other status
      // below 400 is an answer.
      return "upstream_invalid_response";
  }
}
