// What this server takes beside programs that do less, and beside another build of it:
//
//   npm run bench -- --only json,streams --runtimes bun --rounds 3 --seconds 1
//     --against ../other-checkout   another build, in the same run
//     --otel                        the server with OpenTelemetry too
//     --save FILE                   the figures, of which docs/performance.md is made
//
// Without options it measures everything but `growth`, in some twenty minutes on two cores (Bun
// alone: ten). Linux only: CPU time and memory are read from /proc.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { hasProcessFiles } from "../test/support/read-process.ts";
import { RUNTIMES } from "../test/support/runtimes/runtime.ts";
import { startLoader } from "./load-job.ts";
import { measureBundles } from "./measure-bundle.ts";
import { measureMemory } from "./measure-memory.ts";
import { measureStarts } from "./measure-start.ts";
import { measureWorks, type Running, STEADY, warmUp } from "./measure-works.ts";
import { createFigures, describeMachine, PARTS, type Results, readVersions } from "./results.ts";
import { runScript } from "./start-program.ts";
import { makeTables, printTable } from "./tables.ts";
import { listBuilds, prepareVariants, type Setting } from "./variants.ts";
import { GROWTH, WORKS } from "./works.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: PARTS.filter((part) => part !== "growth").join(",") },
    runtimes: { type: "string", default: RUNTIMES.join(",") },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "1" },
    against: { type: "string" },
    otel: { type: "boolean", default: false },
    save: { type: "string" },
  },
});

function choose<T extends string>(name: string, given: string, known: readonly T[]): readonly T[] {
  const unknown = given.split(",").find((one) => !known.some((value) => value === one));
  if (unknown !== undefined) throw new Error(`--${name}: "${unknown}" is none of ${known}`);
  return known.filter((one) => given.split(",").includes(one));
}

if (!hasProcessFiles) throw new Error("CPU time is read from /proc, which is not here");
const parts = choose("only", options.only, PARTS);
const runtimes = choose("runtimes", options.runtimes, RUNTIMES);
const pace = { rounds: Number(options.rounds), seconds: Number(options.seconds) };
const builds = listBuilds(options.against);
const figures = createFigures();
const loadBefore = loadavg()[0] ?? 0;
const tell = (line: string) =>
  process.stderr.write(`${Math.round(performance.now() / 1000)} s: ${line}\n`);

async function measureLoads(setting: Setting): Promise<void> {
  const works = [...WORKS, ...GROWTH].filter(({ part }) => parts.includes(part));
  const running: Running[] = [];
  const loader = startLoader();
  try {
    for (const variant of setting.variants)
      if (works.some((work) => work.takes(variant)))
        running.push({ ...variant, program: await variant.start(STEADY) });
    tell("warming up …");
    await warmUp(running, loader, parts);
    for (const part of parts) {
      const own = works.filter((work) => work.part === part);
      if (own.length === 0) continue;
      tell(`${part} …`);
      await measureWorks(own, running, loader, figures, pace);
    }
  } finally {
    await Promise.all([loader, ...running.map(({ program }) => program)].map((one) => one.stop()));
  }
}

async function measureAll(setting: Setting): Promise<void> {
  await measureLoads(setting);
  if (parts.includes("start")) {
    tell("start …");
    await measureStarts(runtimes, builds, setting, figures, pace.rounds * 2);
  }
  if (parts.includes("memory")) {
    tell("memory …");
    await measureMemory(setting.variants, figures, pace.rounds);
  }
  if (parts.includes("bundle")) await measureBundles(builds, figures);
}

if (runtimes.includes("bun")) for (const { folder } of builds) await runScript(folder, "build");
const setting = await prepareVariants(runtimes, builds, options.otel);
await measureAll(setting).finally(setting.stop);

const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  machine: describeMachine(),
  versions: await readVersions(),
  builds: builds.map(({ name }) => name),
  ...pace,
  load: [loadBefore, loadavg()[0] ?? 0],
  figures: figures.list(),
};
if (options.save !== undefined)
  await Bun.write(options.save, `${JSON.stringify(results, null, 1)}\n`);

process.stdout.write(
  `${results.machine}\n${Object.entries(results.versions).flat().join(" ")}\n` +
    `load ${results.load.map((value) => value.toFixed(1)).join(" before, ")} after; ` +
    `medians and ranges of ${pace.rounds} interleaved rounds of ${pace.seconds} s\n`,
);
for (const table of makeTables(results.figures, ["thin", ...results.builds])) printTable(table);
process.exit(0);
