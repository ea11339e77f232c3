/**
 * bun scripts/docs/write-client-behaviour.ts [--check] — in docs/clients.md, what client libraries
 * do with answers that are not as they should be, by running them on Bun and on Node.
 */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { writeBehaviourTable } from "../../test/support/client-behaviour/behaviour-table.ts";
import { writeOrCheck } from "./write-or-check.ts";

const PATH = "docs/clients.md";
const BEGIN = "<!-- client behaviour: made by scripts/docs/write-client-behaviour.ts -->";
const END = "<!-- end of client behaviour -->";

/** The page with the table in its place. */
export function placeTable(page: string, table: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`${PATH} has no place for the table`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${page.slice(end)}`;
}

if (import.meta.main) {
  const page = readFileSync(resolve(import.meta.dir, "../..", PATH), "utf8");
  process.exit(
    writeOrCheck(
      PATH,
      placeTable(page, await writeBehaviourTable()),
      "write-client-behaviour.ts",
      process.argv.slice(2),
    ),
  );
}
