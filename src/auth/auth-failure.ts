import { ChatError } from "../errors/chat-error.ts";

/**
 * Why a caller was refused. For the log only: every caller gets the same answer, so that it reveals
 * nothing to someone who probes.
 */
export type AuthFailure =
  /** No Authorization header, or one with another scheme. */
  | "token_missing"
  | "authorization_malformed"
  /** Two different tokens in one request. */
  | "credentials_conflict"
  | "token_too_long"
  /** Not three canonical base64url segments. */
  | "token_malformed"
  | "header_invalid"
  | "payload_invalid"
  | "header_member_refused"
  | "type_refused"
  | "algorithm_refused"
  | "key_id_invalid"
  | "key_unknown"
  | "signature_invalid"
  | "claim_missing"
  | "claim_invalid"
  | "issuer_mismatch"
  | "audience_mismatch"
  | "expired"
  | "not_yet_valid"
  | "issued_in_the_future"
  | "lifetime_too_long"
  /** The token is bound to a key of the caller (`cnf`), and this server cannot check that. */
  | "proof_of_possession_unsupported"
  /** The `ai` claim is not a policy, or the token lacks the name that one of its limits is for. */
  | "policy_invalid"
  /** An administrator has revoked it. */
  | "revoked"
  | "token_refused";

/**
 * Throws the 401 that every refused caller gets. `detail` is a short word of ours (a claim's name),
 * never a piece of the token.
 */
export function refuse(failure: AuthFailure, detail?: string): never {
  throw new ChatError("unauthenticated", {
    logReason: detail === undefined ? failure : `${failure}:${detail}`,
  });
}

const CHALLENGE = 'Bearer realm="ai-server"';

/** The `WWW-Authenticate` header of a 401. Without a token it names no error (RFC 6750 §3.1). */
export function challengeFor(error: ChatError): string {
  return error.logReason === ("token_missing" satisfies AuthFailure)
    ? CHALLENGE
    : `${CHALLENGE}, error="invalid_token"`;
}
