import { findSyntaxFault } from "../json/find-syntax-fault.ts";
import { JsonError } from "../json/json-error.ts";
import { parseStrictJson } from "../json/parse-strict-json.ts";
import type { Bucket } from "../limits/bucket.ts";
import { createBucket, type Identity, mergeBuckets } from "../limits/limit.ts";
import { refuse } from "./auth-failure.ts";
import type { Bearer } from "./bearer.ts";
import { allowsModel, mayAllowProvider } from "./match-model.ts";
import {
  aiClaimSchema,
  explainPolicy,
  type PolicyRules,
  serverPolicySchema,
} from "./policy-schema.ts";
import { readScopes, type Scope } from "./scope.ts";

/** What a caller may use. */
export interface Policy {
  readonly tenant: string | null;
  readonly session: string | null;
  /** Tokens of one call; null for no limit. 0 allows none. */
  readonly maxInputTokens: number | null;
  readonly maxOutputTokens: number | null;
  /** The buckets of all limits that apply, in the order in which they are checked. */
  readonly buckets: readonly Bucket[];
  /** Whether the scope is among the token's; `admin` is allowed everything. */
  hasScope(scope: Scope): boolean;
  /** `model` is the vendor's id. */
  allowsModel(provider: string, model: string): boolean;
  /** Whether any model of the provider may be allowed. */
  allowsProvider(provider: string): boolean;
}

/** The policy of a verified token; throws the 401 for a claim that is none. */
export type ReadPolicy = (bearer: Bearer) => Policy;

interface ServerPolicies {
  /** For tokens without an `ai` claim. */
  readonly POLICY?: PolicyRules | undefined;
  /** For all tokens. */
  readonly POLICY_CEILING?: PolicyRules | undefined;
}

/**
 * Tokens are accepted a little beyond their end (JWT_TOLERANCE_SECONDS is at most 60), and their
 * buckets outlive that.
 */
const AFTER_END_SECONDS = 120;

export function createPolicyReader({ POLICY, POLICY_CEILING }: ServerPolicies): ReadPolicy {
  return (bearer) => {
    const scopes = readScopes(bearer.claims.scope) ?? refuse("claim_invalid", "scope");
    const claim = readClaim(bearer.claims.ai);
    const own: PolicyRules = claim ?? POLICY ?? {};
    const all = POLICY_CEILING ? [own, POLICY_CEILING] : [own];
    const identity: Identity = {
      issuer: bearer.issuer,
      subject: bearer.subject,
      tenant: claim?.tenant ?? null,
      session: claim?.session ?? null,
      tokenId: bearer.tokenId,
      endsAt: (Math.ceil(bearer.expiresAt) + AFTER_END_SECONDS) * 1000,
    };
    return {
      tenant: identity.tenant,
      session: identity.session,
      maxInputTokens: smallest(all.map(({ max_input_tokens: tokens }) => tokens)),
      maxOutputTokens: smallest(all.map(({ max_output_tokens: tokens }) => tokens)),
      buckets: mergeBuckets(all.flatMap((rules) => createBuckets(rules, identity))),
      hasScope: (scope) => scopes.includes(scope) || scopes.includes("admin"),
      allowsModel: (provider, model) =>
        all.every(({ models }) => !models || allowsModel(models, `${provider}/${model}`)),
      allowsProvider: (provider) =>
        all.every(({ models }) => !models || mayAllowProvider(models, provider)),
    };
  };
}

function readClaim(claim: unknown) {
  if (claim === undefined) return undefined;
  const result = aiClaimSchema.safeParse(claim);
  return result.success
    ? result.data
    : refuse("policy_invalid", `ai: ${explainPolicy(result.error)}`);
}

/** A limit that names what the token has not would otherwise be one that the token escapes. */
function createBuckets({ limits = [], mode }: PolicyRules, identity: Identity): Bucket[] {
  return limits.map(
    (limit) =>
      createBucket({ ...limit, mode: mode ?? limit.mode }, identity) ??
      refuse("policy_invalid", `a limit per ${limit.per} needs ${NEEDED_CLAIMS[limit.per]}`),
  );
}

const NEEDED_CLAIMS = {
  token: "jti",
  session: "ai.session",
  subject: "sub",
  tenant: "ai.tenant",
  issuer: "iss",
} as const;

function smallest(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : Math.min(...known);
}

/**
 * The text of POLICY or POLICY_CEILING → its rules, or what is wrong with it as the end of a
 * sentence.
 */
export function readPolicyText(text: string): PolicyRules | string {
  let value: unknown;
  try {
    value = parseStrictJson(text);
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown;
    return thrown.reason === "syntax"
      ? `is not valid JSON: see ${findSyntaxFault(text)}`
      : "is not valid JSON, or has a name twice";
  }
  const result = serverPolicySchema.safeParse(value);
  return result.success ? result.data : `is not valid: ${explainPolicy(result.error)}`;
}
