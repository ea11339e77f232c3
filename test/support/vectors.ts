import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** Test vectors of others, kept outside of the project. Suites that use them are left out, visibly, where they are absent. */
export const vectorsFolder = resolve(import.meta.dir, "../../../shared/vectors");
export const hasVectors = existsSync(vectorsFolder);
/** Put this behind the title of a suite that needs the vectors. */
export const NEEDS_VECTORS = "(needs ../shared/vectors)";
