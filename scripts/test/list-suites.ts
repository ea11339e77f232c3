// bun scripts/test/list-suites.ts TEXT — the test files that hold a text, or import a file that
// does, one a line.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");
const text = process.argv[2] ?? "";
if (text === "") throw new Error("usage: bun scripts/test/list-suites.ts TEXT");

const transpiler = new Bun.Transpiler({ loader: "ts" });
const known = new Map<string, { holds: boolean; imports: string[] }>();

function read(file: string): { holds: boolean; imports: string[] } {
  let found = known.get(file);
  if (!found) {
    const code = readFileSync(file, "utf8");
    const imports = file.endsWith(".ts")
      ? transpiler
          .scanImports(code)
          .filter(({ path }) => path.startsWith("."))
          .map(({ path }) => resolve(dirname(file), path))
      : [];
    found = { holds: code.includes(text), imports };
    known.set(file, found);
  }
  return found;
}

function reaches(file: string, seen = new Set<string>()): boolean {
  if (seen.has(file)) return false;
  seen.add(file);
  const { holds, imports } = read(file);
  return holds || imports.some((imported) => reaches(imported, seen));
}

for (const folder of ["test", "bridges/*/test"])
  for (const file of new Bun.Glob(`${folder}/**/*.test.ts`).scanSync(root))
    if (reaches(join(root, file))) process.stdout.write(`./${file}\n`);
