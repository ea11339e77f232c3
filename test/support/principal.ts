import { createPolicyReader } from "../../src/auth/policy.ts";
import type { Principal } from "../../src/auth/principal.ts";

/** An authenticated caller whose token says nothing but who it is, or what is given here. */
export function createPrincipal(claims: Readonly<Record<string, unknown>> = {}): Principal {
  const bearer = {
    subject: "s",
    issuer: "i",
    tokenId: "t",
    issuedAt: 0,
    expiresAt: 9_999_999_999,
    claims,
  };
  return { ...bearer, policy: createPolicyReader({})(bearer) };
}
