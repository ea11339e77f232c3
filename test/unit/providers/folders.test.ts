import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";

const root = join(import.meta.dir, "../../..");
const contributing = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");

/** The rows of the provider table: each file, and the folders from which it may be imported. */
function readRows(): { file: string; sharedIn: string[] }[] {
  const table = /\| file \|.*?\n\n/s.exec(contributing)?.[0] ?? "";
  return table
    .split("\n")
    .slice(2)
    .flatMap((row) => {
      const [, files = "", , shared = ""] = row.split("|");
      const sharedIn = [...shared.matchAll(/`(src\/[\w/-]+)\/`/g)].map(([, folder = ""]) => folder);
      return [...files.matchAll(/`([\w-]+\.ts)`/g)].map(([, file = ""]) => ({ file, sharedIn }));
    });
}

const rows = readRows();
const exceptions = new Set(/`([\w-]+)` calls no vendor/.exec(contributing)?.slice(1));
const folders = readdirSync(join(root, "src/providers"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !exceptions.has(entry.name))
  .map(({ name }) => name);

/** The files of `src/` that a provider's `index.ts` reaches by its imports, itself included. */
function reach(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(root, file), "utf8");
  for (const [, target = ""] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g))
    reach(normalize(join(dirname(file), target)), seen);
  return seen;
}

describe("the folders of src/providers", () => {
  test("are described by a table in CONTRIBUTING.md", () => {
    expect(rows.map(({ file }) => file)).toEqual(
      expect.arrayContaining(["env.ts", "map-finish-reason.ts", "index.ts"]),
    );
    expect([...exceptions]).toEqual(["echo"]);
    expect(folders).toContain("claude");
  });

  for (const folder of folders) {
    test.each(rows)(`${folder} has $file, or uses a shared one`, ({ file, sharedIn }) => {
      const own = `src/providers/${folder}/${file}`;
      const used = [...reach(`src/providers/${folder}/index.ts`)];
      expect(
        existsSync(join(root, own)) ||
          used.some((path) => basename(path) === file && sharedIn.includes(dirname(path))),
      ).toBe(true);
    });
  }

  test("keep these files at the top", () => {
    const names = new Set(rows.map(({ file }) => file));
    const entries = readdirSync(join(root, "src/providers"), { recursive: true, encoding: "utf8" });
    const deeper = entries.filter(
      (path) => names.has(basename(path)) && dirname(path).includes("/"),
    );
    expect(deeper).toEqual([]);
  });
});
