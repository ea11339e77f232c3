import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");

/**
 * Writes a document that is made from the code, or, with `--check` among the arguments, says
 * whether what is there is the same. The number is the exit code.
 */
export function writeOrCheck(
  path: string,
  content: string,
  script: string,
  args: readonly string[],
): number {
  const file = resolve(root, path);
  const name = relative(root, file);
  const current = existsSync(file) ? readFileSync(file, "utf8") : null;
  if (current === content) {
    console.log(`${name} is up to date`);
    return 0;
  }
  if (args.includes("--check")) {
    console.error(`${name} is not what the code says; run: bun scripts/docs/${script}`);
    return 1;
  }
  writeFileSync(file, content);
  console.log(`wrote ${name}`);
  return 0;
}
