import type { JsonObject } from "../json/json-object.ts";
import { refuse } from "./auth-failure.ts";
import type { Bearer } from "./bearer.ts";
import { isPrintableName } from "./printable-name.ts";

/** What a token's times must satisfy. */
export interface ClaimRules {
  /** `JWT_TOLERANCE_SECONDS` */
  readonly toleranceSeconds: number;
  /** `JWT_MAX_LIFETIME_SECONDS` */
  readonly maxLifetimeSeconds: number;
}

/** What the claims of a token amount to; valid only once its signature is verified too. */
export interface CheckedClaims {
  bearer: Bearer;
  /**
   * In seconds since 1970: the latest of `nbf`, `iat` and `exp` minus the lifetime cap. Before this
   * time, minus the tolerance, the token is refused.
   */
  validFrom: number;
}

/**
 * The checks that jose leaves out: finite times, a capped lifetime, an issue time that is not in
 * the future, names that are printable text. A token's maximum age follows: it has not expired
 * (jose), and lives no longer than the cap.
 */
export function checkClaims(
  claims: JsonObject,
  rules: ClaimRules,
  nowSeconds: number,
): CheckedClaims {
  const { iss, aud, sub, jti, cnf } = claims;
  const exp = readTime(claims, "exp") ?? refuse("claim_missing", "exp");
  const iat = readTime(claims, "iat");
  const nbf = readTime(claims, "nbf");
  if (exp - nowSeconds > rules.maxLifetimeSeconds + rules.toleranceSeconds)
    return refuse("lifetime_too_long");
  if (iat !== undefined && exp - iat > rules.maxLifetimeSeconds) return refuse("lifetime_too_long");
  if (iat !== undefined && iat > nowSeconds + rules.toleranceSeconds)
    return refuse("issued_in_the_future");
  if (iss === undefined) return refuse("claim_missing", "iss");
  if (!isPrintableName(iss)) return refuse("claim_invalid", "iss");
  if (aud === undefined) return refuse("claim_missing", "aud");
  if (!isAudience(aud)) return refuse("claim_invalid", "aud");
  if (sub !== undefined && !isPrintableName(sub)) return refuse("claim_invalid", "sub");
  if (jti !== undefined && !isPrintableName(jti)) return refuse("claim_invalid", "jti");
  if (cnf !== undefined) return refuse("proof_of_possession_unsupported");
  return {
    bearer: {
      subject: sub ?? iss,
      issuer: iss,
      tokenId: jti ?? null,
      issuedAt: iat ?? null,
      expiresAt: exp,
      claims: Object.freeze(claims),
    },
    validFrom: Math.max(nbf ?? 0, iat ?? 0, exp - rules.maxLifetimeSeconds),
  };
}

/** A NumericDate. 1e999 parses to Infinity: with that as `exp` a token would never expire. */
function readTime(claims: JsonObject, name: "exp" | "iat" | "nbf"): number | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  return typeof value === "number" && Number.isFinite(value)
    ? value
    : refuse("claim_invalid", name);
}

function isAudience(value: unknown): boolean {
  return (
    typeof value === "string" ||
    (Array.isArray(value) && value.every((member) => typeof member === "string"))
  );
}
