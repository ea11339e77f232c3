import { readFileSync } from "node:fs";
import type { Claims } from "../../src/auth/bearer.ts";
import { aiClaimSchema, explainPolicy } from "../../src/auth/policy-schema.ts";
import { findSyntaxFault } from "../../src/json/find-syntax-fault.ts";

/** What the person at the keyboard got wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const OWN_CLAIMS = new Set(["iss", "aud", "sub", "iat", "exp", "jti"]);

/** `90s`, `15m`, `1h`, `7d` → seconds. */
export function parseTtl(text: string): number {
  const [, amount, unit = ""] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
  const unitSeconds = UNIT_SECONDS[unit];
  if (amount === undefined || unitSeconds === undefined)
    throw new UsageError("--ttl must be a number above 0 with s, m, h or d, as 30m or 1h.");
  return Number(amount) * unitSeconds;
}

/** `name=value` → claims. */
export function parseClaims(pairs: readonly string[]): Claims {
  const claims: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    if (at < 1 || name === "__proto__") throw new UsageError("--claim must be NAME=VALUE.");
    if (OWN_CLAIMS.has(name))
      throw new UsageError(`--claim cannot set ${name}; see the other options.`);
    claims[name] = parseValue(pair.slice(at + 1));
  }
  return claims;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The `ai` claim in a file; throws a UsageError if the server would refuse it. */
export function readPolicyFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new UsageError(`--policy ${path}: it cannot be read.`);
  }
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    const place = findSyntaxFault(text);
    throw new UsageError(`--policy ${path}: it is not valid JSON: see ${place}.`);
  }
  const result = aiClaimSchema.safeParse(policy);
  if (!result.success) throw new UsageError(`--policy ${path}: ${explainPolicy(result.error)}.`);
  return policy;
}
