import * as z from "zod/mini";
import { ConfigError } from "../env/config-error.ts";
import { wholeNumber } from "../env/whole-number.ts";
import { MAX_KEY_ID_LENGTH } from "./check-header.ts";
import { readPolicyText } from "./policy.ts";
import { isPrintableName } from "./printable-name.ts";

/** Values that mean "no check" in other programs, or what a script writes for an unset variable. */
const NO_CHECK = /^(\*|any|all|none|null|nil|undefined|false|true|off|disabled?|skip|-|0)$/i;

const MAX_TOLERANCE_SECONDS = 60;
const MAX_LIFETIME_SECONDS = 30 * 24 * 3600;

function expectedClaim(claim: string): z.ZodMiniString {
  return z.string().check(
    z.refine((value) => isPrintableName(value) && !NO_CHECK.test(value), {
      message: `would switch off the check of ${claim}: set the exact value that tokens have, or remove it for the default`,
    }),
  );
}

function isKeySetUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  const isSafe = protocol === "https:" || (protocol === "http:" && isLoopback);
  return isSafe && username === "" && password === "";
}

export const authEnv = {
  JWT_SECRET: z
    .optional(z.string())
    .check(
      z.describe(
        "Secret that callers sign their tokens with (HS256): raw text of at least 32 bytes, never " +
          "decoded, as in Joken. Set this or `JWT_PUBLIC_KEY`.",
      ),
    ),
  JWT_PUBLIC_KEY: z
    .optional(z.string())
    .check(
      z.describe(
        "Public key that verifies the callers' tokens, as PEM, JWK or JWK Set: Ed25519 (EdDSA), " +
          "P-256 (ES256) or RSA of at least 2048 bits (RS256, PS256).",
      ),
    ),
  JWT_KEYS: z
    .optional(z.string())
    .check(
      z.describe(
        'Several keys at once, so that the signer can change its key without downtime: a JSON list of secrets (`{"kid": "2026-11", "secret": "…"}`), PEM keys (`{"kid": "…", "pem": "…"}`) and public JWKs. Tokens name their key by `kid`. Set this or one of the two above.',
      ),
    ),
  JWT_JWKS_URL: z
    .optional(
      z.string().check(z.refine(isKeySetUrl, "must be an https URL (http only on loopback)")),
    )
    .check(
      z.describe(
        "URL of a JWK Set with the public keys of the callers' tokens. It is fetched every ten minutes and when a token names a new key, at most twice a minute, and used for up to a day if its server fails.",
      ),
    ),
  JWT_ALGORITHM: z
    .optional(
      z.enum(
        ["HS256", "EdDSA", "Ed25519", "ES256", "RS256", "PS256"],
        "must be HS256, EdDSA, Ed25519, ES256, RS256 or PS256",
      ),
    )
    .check(
      z.describe(
        "Needed only for an RSA key in PEM whose tokens are signed with PS256; the default for " +
          "such a key is RS256.",
      ),
    ),
  JWT_KEY_ID: z
    .optional(
      z
        .string()
        .check(
          z.minLength(1, "must not be empty: remove it if the key has no id"),
          z.maxLength(MAX_KEY_ID_LENGTH, `must be at most ${MAX_KEY_ID_LENGTH} characters long`),
        ),
    )
    .check(
      z.describe(
        "The key's id: a token that has a `kid` must have this one. Without it, a plain `kid` is " +
          "ignored.",
      ),
    ),
  JWT_ISSUER: z
    ._default(expectedClaim("iss"), "oneshot")
    .check(z.describe("Exact `iss` that every token must have.")),
  JWT_AUDIENCE: z
    ._default(expectedClaim("aud"), "ai-server")
    .check(z.describe("`aud` that every token must have, alone or in a list.")),
  JWT_TOLERANCE_SECONDS: wholeNumber(0, MAX_TOLERANCE_SECONDS, 30).check(
    z.describe("How far the callers' clocks may differ from this server's, in seconds."),
  ),
  JWT_MAX_LIFETIME_SECONDS: wholeNumber(1, MAX_LIFETIME_SECONDS, 24 * 3600).check(
    z.describe("Longest lifetime of a token, in seconds; a token that lives longer is refused."),
  ),
};

/** A policy as a variable holds it. */
const policyVariable = z.optional(
  z.pipe(
    z.string(),
    z.transform((text, context) => {
      const policy = readPolicyText(text);
      if (typeof policy !== "string") return policy;
      context.issues.push({ code: "custom", input: text, message: policy });
      return z.NEVER;
    }),
  ),
);

export const policyEnv = {
  POLICY: policyVariable.check(
    z.describe(
      'What tokens without an `ai` claim may use, as JSON: `{"models": ["claude/*"], "limits": [{"per": "subject", "usd": 2, "window": "1d"}]}` (docs/limits.md). Default: everything.',
    ),
  ),
  POLICY_CEILING: policyVariable.check(
    z.describe(
      "What no token may exceed, whatever it says, in the same form as `POLICY`. Its limits apply beside the token's own.",
    ),
  ),
};

export type AuthConfig = z.output<z.ZodMiniObject<typeof authEnv & typeof policyEnv>>;

const schema = z.object({ ...authEnv, ...policyEnv });

/** Parses these variables alone; throws a ConfigError for the first one that is not valid. */
export function parseAuthConfig(env: Readonly<Record<string, string | undefined>>): AuthConfig {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ConfigError(String(issue?.path[0] ?? "JWT_SECRET"), issue?.message ?? "is not valid");
}
