// Runs `bun test` (arguments are passed on) and says at the end which tests were left out, why, and
// how to get them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { formatLeftOut, readTestReport } from "./test-report.ts";

/**
 * Longest time for a test that gives none of its own; it is only for a machine that is very busy.
 */
const TIMEOUT_MS = 120_000;
/** Tests wait most of the time: one file at a time takes 20 minutes, and 5 of CPU. */
const FILES_AT_ONCE = availableParallelism() + 1;
/** They start first, so that the others run beside them and not before. */
const LONGEST = [
  "test/elixir/mix.test.ts",
  "test/conformance/workers.test.ts",
  "test/conformance/bun.test.ts",
  "test/conformance/deno.test.ts",
  "test/limits/money-workloads.test.ts",
  "test/clients/workers.test.ts",
  "test/clients/bun.test.ts",
  "test/clients/deno.test.ts",
  "test/conformance/stop.test.ts",
];
/** The servers under test are on loopback, which a proxy of the shell does not know. */
const LOOPBACK = ["127.0.0.1", "localhost"];
const noProxy = [process.env.NO_PROXY ?? process.env.no_proxy ?? "", ...LOOPBACK]
  .filter((name) => name !== "")
  .join(",");

const folder = mkdtempSync(join(tmpdir(), "test-report-"));
const reportPath = join(folder, "report.xml");
const timingsPath = join(folder, "timings.json");
const files = Object.fromEntries(LONGEST.map((file, at) => [file, (LONGEST.length - at) * 10_000]));
writeFileSync(timingsPath, JSON.stringify({ version: 1, files }));
const { exitCode } = Bun.spawnSync(
  [
    process.execPath,
    "test",
    `--timeout=${TIMEOUT_MS}`,
    `--parallel=${FILES_AT_ONCE}`,
    `--timings=${timingsPath}`,
    "--reporter=junit",
    `--reporter-outfile=${reportPath}`,
    ...process.argv.slice(2),
  ],
  {
    stdio: ["inherit", "inherit", "inherit"],
    env: { ...process.env, NO_PROXY: noProxy, no_proxy: noProxy },
  },
);

let exit = exitCode;
try {
  const report = readTestReport(readFileSync(reportPath, "utf8"));
  if (report.failed > 0) exit ||= 1;
  // What goes wrong outside of a test (a file that cannot be loaded, an error nobody caught) is in
  // no report.
  const failed = exit === 0 ? 0 : Math.max(1, report.failed);
  process.stdout.write(
    `\n${formatLeftOut(report.leftOut)}\n${report.passed} passed, ${failed} failed\n`,
  );
} catch {
  process.stderr.write("\nbun test ended without a report.\n");
  exit ||= 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(exit);
