import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

const root = join(import.meta.dir, "../..");

/**
 * A rank's members are folders or top-level files of src; `name/*` stands for each folder in it.
 */
function readRanks(): string[][] {
  const design = readFileSync(join(root, "docs/design.md"), "utf8");
  const line = /^Ranks, lowest first: ([^.]+)\./m.exec(design)?.[1] ?? "";
  return line.split("·").map((rank) => [...rank.matchAll(/[\w/*-]+/g)].map(([name]) => name));
}

const ranks = readRanks();
const rankOf = new Map(ranks.flatMap((names, rank) => names.map((name) => [name, rank] as const)));

/** The unit of the rank table that a file (a path from src) belongs to. */
function unitOf(file: string): string {
  const [first = "", second = "", third] = file.split("/");
  if (second === "") return first.replace(/\.ts$/, "");
  return rankOf.has(`${first}/*`) && third !== undefined ? `${first}/*` : first;
}

interface Import {
  from: string;
  to: string;
}

function readImports(): Import[] {
  const src = join(root, "src");
  const imports: Import[] = [];
  for (const entry of readdirSync(src, { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".ts")) continue;
    const text = readFileSync(join(src, entry), "utf8");
    for (const [, target = ""] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
      imports.push({ from: entry, to: relative(".", normalize(join(dirname(entry), target))) });
    }
  }
  return imports;
}

/** The folder of a file, or the file itself if it is at the top of src. */
function folderOf(file: string): string {
  return file.includes("/") ? dirname(file) : file;
}

/** A file imports only from its own folder, from a shared folder above it, or from a lower rank. */
function breaksRank({ from, to }: Import): boolean {
  const own = folderOf(from);
  const target = folderOf(to);
  if (own === target || own.startsWith(`${target}/`)) return false;
  const rank = rankOf.get(unitOf(from));
  const targetRank = rankOf.get(unitOf(to));
  return rank === undefined || targetRank === undefined || targetRank >= rank;
}

const imports = readImports();

describe("imports between the folders of src", () => {
  test("every folder and top-level file has a rank in docs/design.md, and every rank exists", () => {
    const units = new Set(imports.flatMap(({ from, to }) => [unitOf(from), unitOf(to)]));
    expect([...rankOf.keys()].sort()).toEqual([...units].sort());
  });

  test("go to a lower rank only", () => {
    expect(imports.filter(breaksRank)).toEqual([]);
  });

  test("never go both ways between two folders, types included", () => {
    const pairs = new Set(
      imports.flatMap(({ from, to }) => {
        const pair = [folderOf(from), folderOf(to)];
        return pair[0] === pair[1] ? [] : [pair.join(" → ")];
      }),
    );
    const both = [...pairs].filter((pair) => pairs.has(pair.split(" → ").reverse().join(" → ")));
    expect(both).toEqual([]);
  });

  test("never run in a circle between files, types included", () => {
    const targets = new Map<string, string[]>();
    for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
    const done = new Set<string>();
    const circles: string[] = [];
    function visit(file: string, path: string[]): void {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      if (done.has(file)) return;
      done.add(file);
      for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    }
    for (const file of targets.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  test("break a rank if a sibling, a higher folder or an unknown one is imported", () => {
    expect(breaksRank({ from: "json/a.ts", to: "chat/b.ts" })).toBe(true);
    expect(breaksRank({ from: "dialects/chat/a.ts", to: "dialects/openai-chat/b.ts" })).toBe(true);
    expect(breaksRank({ from: "dialects/chat/a.ts", to: "dialects/b.ts" })).toBe(false);
    expect(breaksRank({ from: "nowhere/a.ts", to: "json/b.ts" })).toBe(true);
    expect(breaksRank({ from: "chat/a.ts", to: "json/b.ts" })).toBe(false);
  });
});
