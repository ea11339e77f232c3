import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { jsonObjectSchema } from "../../src/chat/format.ts";
import { hasVectors, vectorsFolder } from "./vectors.ts";

const keySchema = z.looseObject({ kid: z.string(), kty: z.string(), k: z.string().optional() });
export type VectorKey = z.infer<typeof keySchema>;

const casesSchema = z.object({
  now: z.number(),
  issuer: z.string(),
  audience: z.string(),
  keys: z.array(keySchema),
  startupRefuse: z.array(z.string()),
  cases: z.array(
    z.object({
      id: z.number(),
      name: z.string(),
      expect: z.enum(["accept", "reject", "policy"]),
      why: z.string(),
      token: z.string(),
    }),
  ),
});

const jokenSchema = z.object({
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

/** Null where the vectors are absent. */
export const jwtCases = hasVectors ? casesSchema.parse(readJson("jwt-cases.json")) : null;
/** Tokens made by the real Joken. */
export const jokenTokens = hasVectors ? jokenSchema.parse(readJson("joken-tokens.json")) : null;

/** The variable with which a server is given this key, as an operator would. */
export function envOf(key: VectorKey): Record<string, string> {
  if (key.k !== undefined) return { JWT_SECRET: Buffer.from(key.k, "base64url").toString() };
  return { JWT_PUBLIC_KEY: JSON.stringify(key) };
}

function readJson(file: string): unknown {
  return jsonObjectSchema.parse(JSON.parse(readFileSync(join(vectorsFolder, "jwt", file), "utf8")));
}
