import type { ErrorCode } from "./error-codes.ts";

/**
 * Whose fault a failure is: the caller's (the request, or leaving), the policy's (a limit or a
 * permission of the token), the provider's, or this server's.
 */
export const FAULT_DOMAINS = ["caller", "policy", "provider", "server"] as const;
export type FaultDomain = (typeof FAULT_DOMAINS)[number];

const DOMAINS = {
  invalid_json: "caller",
  invalid_request: "caller",
  unsupported_parameter: "caller",
  unauthenticated: "caller",
  not_found: "caller",
  unknown_provider: "caller",
  model_not_found: "caller",
  method_not_allowed: "caller",
  upgrade_unsupported: "caller",
  request_timeout: "caller",
  request_too_large: "caller",
  unsupported_media_type: "caller",
  client_stalled: "caller",
  answers_not_kept: "caller",
  idempotency_key_reused: "caller",
  answer_expired: "caller",
  answer_too_large: "caller",
  cancelled: "caller",
  // The caller chose how long it may take.
  deadline_exceeded: "caller",
  // The vendor refused what was asked: another vendor might too.
  upstream_rejected: "caller",
  context_length_exceeded: "caller",
  upstream_conflict: "caller",
  upstream_gone: "caller",

  forbidden: "policy",
  rate_limited: "policy",
  budget_exceeded: "policy",
  revoked: "policy",

  upstream_auth: "provider",
  upstream_billing: "provider",
  upstream_rate_limited: "provider",
  upstream_quota_exhausted: "provider",
  upstream_error: "provider",
  upstream_overloaded: "provider",
  upstream_unavailable: "provider",
  upstream_tls: "provider",
  upstream_timeout: "provider",
  upstream_invalid_response: "provider",
  upstream_disconnected: "provider",
  upstream_incomplete: "provider",
  upstream_stalled: "provider",

  auth_not_configured: "server",
  misconfigured: "server",
  provider_unavailable: "server",
  provider_unsupported: "server",
  store_unavailable: "server",
  keys_unavailable: "server",
  answer_interrupted: "server",
  shutting_down: "server",
  internal_error: "server",
} as const satisfies Record<ErrorCode, FaultDomain>;

/** Whose fault the error with this code is. */
export function faultDomain(code: ErrorCode): FaultDomain {
  return DOMAINS[code];
}

/**
 * The code as metrics and reports name it, led by its fault domain: `provider_timeout`,
 * `caller_cancelled`. The list is closed, because that of the codes is.
 */
export function errorType(code: ErrorCode): string {
  const domain = DOMAINS[code];
  const name = code.replace(/^(upstream|provider)_/, "");
  return `${domain}_${name}`;
}
