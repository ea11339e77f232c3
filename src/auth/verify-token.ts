import {
  JOSEError,
  JWSSignatureVerificationFailed,
  JWTClaimValidationFailed,
  JWTExpired,
} from "jose/errors";
import { jwtVerify } from "jose/jwt/verify";
import { type AuthFailure, refuse } from "./auth-failure.ts";
import { type ClaimRules, checkClaims } from "./check-claims.ts";
import { checkHeader } from "./check-header.ts";
import { decodeToken } from "./decode-token.ts";
import type { KeySource, VerifyKey } from "./key-source.ts";
import type { ReadPolicy } from "./policy.ts";
import type { Principal } from "./principal.ts";
import { type CachedToken, createTokenCache } from "./token-cache.ts";

/** What a token's claims must satisfy. */
export interface TokenRules extends ClaimRules {
  /** `JWT_ISSUER` */
  readonly issuer: string;
  /** `JWT_AUDIENCE` */
  readonly audience: string;
}

const MAX_CACHED_TOKENS = 1000;

/**
 * Creates the function that turns a token into a principal, or rejects with the 401. A token that
 * was seen before gives its principal without a promise. `now` is in milliseconds.
 */
export function createTokenVerifier(
  keys: KeySource,
  rules: TokenRules,
  readPolicy: ReadPolicy,
  now: () => number,
): (token: string) => Principal | Promise<Principal> {
  const cache = createTokenCache(MAX_CACHED_TOKENS);

  async function verifyAnew(token: string, nowSeconds: number): Promise<Principal> {
    const { header, claims } = decodeToken(token);
    const { algorithm, keyId } = checkHeader(header);
    const { bearer, validFrom } = checkClaims(claims, rules, nowSeconds);
    const candidates = await keys.resolve(keyId, algorithm);
    await verifyWithAny(candidates, token, rules, nowSeconds);
    // Behind the signature: a policy is read for those who signed it, and its faults are worth a
    // log line.
    const principal: Principal = { ...bearer, policy: readPolicy(bearer) };
    cache.set(token, { principal, validFrom });
    return principal;
  }

  return (token) => {
    const nowSeconds = Math.floor(now() / 1000);
    const cached = cache.get(token);
    if (cached && isCurrent(cached, rules, nowSeconds)) return cached.principal;
    if (cached) cache.delete(token);
    return verifyAnew(token, nowSeconds);
  };
}

/** The same bounds as jose's: `exp` is exclusive, `nbf` inclusive. */
function isCurrent(
  { principal, validFrom }: CachedToken,
  { toleranceSeconds }: ClaimRules,
  nowSeconds: number,
): boolean {
  return (
    principal.expiresAt > nowSeconds - toleranceSeconds &&
    validFrom <= nowSeconds + toleranceSeconds
  );
}

async function verifyWithAny(
  keys: readonly VerifyKey[],
  token: string,
  rules: TokenRules,
  nowSeconds: number,
): Promise<void> {
  let failure: AuthFailure = "key_unknown";
  for (const key of keys) {
    try {
      await jwtVerify(token, await key.load(), {
        algorithms: [...key.algorithms],
        issuer: rules.issuer,
        audience: rules.audience,
        requiredClaims: ["exp"],
        clockTolerance: rules.toleranceSeconds,
        currentDate: new Date(nowSeconds * 1000),
      });
      return;
    } catch (error) {
      // jose's errors contain the claims, so only their kind is kept.
      if (!(error instanceof JOSEError)) throw error;
      failure = mapJoseError(error);
      if (failure !== "signature_invalid") break;
    }
  }
  return refuse(failure);
}

function mapJoseError(error: JOSEError): AuthFailure {
  if (error instanceof JWSSignatureVerificationFailed) return "signature_invalid";
  if (error instanceof JWTExpired) return "expired";
  if (!(error instanceof JWTClaimValidationFailed)) return "token_refused";
  switch (error.claim) {
    case "iss":
      return "issuer_mismatch";
    case "aud":
      return "audience_mismatch";
    case "nbf":
      return "not_yet_valid";
    default:
      return "claim_invalid";
  }
}
