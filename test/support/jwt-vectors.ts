import * as z from "zod";
import { makeJwtCases } from "./hostile-tokens.ts";
import { hasVectors, readVectorFile } from "./vectors.ts";

const keySchema = z.looseObject({ kid: z.string(), kty: z.string(), k: z.string().optional() });
export type VectorKey = z.infer<typeof keySchema>;

const jwtCasesSchema = z.object({
  /** Seconds since 1970: the clock at which the cases are to be judged. */
  now: z.number(),
  issuer: z.string(),
  audience: z.string(),
  keys: z.array(keySchema),
  startupRefuse: z.array(z.string()),
  /** How many cases the file says to hold: whoever runs them can see that none was left out. */
  count: z.int().positive(),
  cases: z.array(
    z.object({
      id: z.number(),
      name: z.string(),
      /** `policy`: either is right. */
      expect: z.enum(["accept", "reject", "policy"]),
      token: z.string(),
    }),
  ),
});
export type JwtCases = z.infer<typeof jwtCasesSchema>;

const jokenTokensSchema = z.object({
  now: z.number(),
  keys: z.array(keySchema),
  cases: z.array(
    z.object({
      name: z.string(),
      token: z.string(),
      kid: z.string(),
      issuer: z.string(),
      audience: z.string(),
      expect: z.literal("accept"),
    }),
  ),
});
export type JokenTokens = z.infer<typeof jokenTokensSchema>;

/**
 * Hostile tokens and a few good ones, each set for a ring of keys: those made here, and the vectors
 * if they are there.
 */
export function loadJwtSets(): { origin: string; set: JwtCases }[] {
  const made = { origin: "made here", set: makeJwtCases() };
  if (!hasVectors) return [made];
  const set = jwtCasesSchema.parse(readVectorFile("jwt/jwt-cases.json"));
  return [made, { origin: "of the vectors", set }];
}

/** Tokens made by the real Joken. */
export function loadJokenTokens(): JokenTokens {
  return jokenTokensSchema.parse(readVectorFile("jwt/joken-tokens.json"));
}

/**
 * The variables with which a server is given this key as an operator would, without a name for a
 * secret.
 */
export function keyEnvironment(key: VectorKey): Record<string, string> {
  if (key.k !== undefined) return { JWT_SECRET: Buffer.from(key.k, "base64url").toString() };
  return { JWT_PUBLIC_KEY: JSON.stringify(key) };
}

/**
 * The same with the key's name, so that a token that names another key is refused, as a ring of
 * keys would.
 */
export function namedKeyEnvironment(key: VectorKey): Record<string, string> {
  return { ...keyEnvironment(key), JWT_KEY_ID: key.kid };
}

/**
 * White space at the end of a header's value is not part of it (RFC 9110 §5.5), so no server sees
 * such a token as is.
 */
export function endsInHeaderSpace(token: string): boolean {
  return /[ \t]$/.test(token);
}
