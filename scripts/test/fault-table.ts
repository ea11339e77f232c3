// Every fault of a vendor × vendor × API × whole or streamed, on one runtime or all:
// `npm run test:faults -- --runtime bun`. Prints the table, and exits with 1 if a count is not 0.
import { parseArgs } from "node:util";
import { ALL_CELLS, COUNTED, playTable } from "../../test/support/fault-table/play-table.ts";
import { RUNTIMES } from "../../test/support/runtimes/runtime.ts";

const { values: options } = parseArgs({ options: { runtime: { type: "string" } } });
const runtimes = RUNTIMES.filter((name) => !options.runtime || name === options.runtime);
if (runtimes.length === 0) throw new Error(`--runtime must be one of ${RUNTIMES.join(", ")}`);

let isClean = true;
const rows: string[] = [];
for (const runtime of runtimes) {
  const { cells, wrong } = await playTable(runtime, ALL_CELLS);
  rows.push(`| ${[runtime, cells, ...COUNTED.map((name) => wrong[name].length)].join(" | ")} |`);
  for (const name of COUNTED) {
    if (wrong[name].length > 0) isClean = false;
    for (const cell of wrong[name].slice(0, 20))
      process.stdout.write(`${runtime}: ${name}: ${cell}\n`);
  }
}
process.stdout.write(
  `\n| runtime | cells | ${COUNTED.join(" | ")} |\n| --- |${" --- |".repeat(COUNTED.length + 1)}\n`,
);
process.stdout.write(`${rows.join("\n")}\n`);
process.exit(isClean ? 0 : 1);
