import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod";

/** Test vectors of others, kept outside of the project. Suites that use them are left out, visibly, where they are absent. */
export const vectorsFolder = resolve(import.meta.dir, "../../../shared/vectors");
export const hasVectors = existsSync(vectorsFolder);
/** Put this behind the title of a suite that needs the vectors. */
export const NEEDS_VECTORS = "(needs ../shared/vectors)";

/** One of their JSON files. */
export function readVectorFile(path: string): unknown {
  return JSON.parse(readFileSync(join(vectorsFolder, path), "utf8"));
}

/** JSONTestSuite's files; a name begins with `y_` (JSON), `n_` (not JSON) or `i_` (either). */
export function loadJsonTestSuite(): { name: string; body: Uint8Array<ArrayBuffer> }[] {
  return ["test_parsing", "test_transform"].flatMap((folder) =>
    readdirSync(join(vectorsFolder, "jsontestsuite", folder))
      .sort()
      .map((name) => ({
        name,
        body: Uint8Array.from(readFileSync(join(vectorsFolder, "jsontestsuite", folder, name))),
      })),
  );
}

/** The big list of naughty strings. */
export function loadNaughtyStrings(): string[] {
  return z.array(z.string()).parse(readVectorFile("blns/blns.json"));
}

/** The program that plays broken upstreams. */
export const faultProgram = join(vectorsFolder, "faults/faultd.mjs");
