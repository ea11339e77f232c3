// Whether a call takes more CPU than it did: `npm run bench:check`. Measured are a whole answer and
// a streamed delta, as ratios to the thinnest proxy in the same run, so that a slower machine
// changes nothing. Fails if one of the ratios is 15 % above bench/recorded-ratios.json in each of
// three tries. `--record` writes that file: to be used when a change is meant to cost what it
// costs. `--busy 20` lets the server waste 20 µs in each call, to see that the check fails.
//
// What makes it hold on a busy machine: programs are warm after a number of calls, not of seconds
// (the server's code is compiled until about the 20,000th call, which takes half as much CPU again
// as the calls); only the threads that serve calls are counted; the programs take turns in short
// slices; and no two deltas of a stream can arrive in one read.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { hasProcessFiles } from "../test/support/read-process.ts";
import { startLoader } from "./load-job.ts";
import { makeJob, type Running } from "./measure-works.ts";
import recorded from "./recorded-ratios.json";
import { onBun, root, start } from "./start-program.ts";
import { median } from "./statistics.ts";
import { listBuilds, prepareVariants, THIS } from "./variants.ts";
import { streams, WHOLE_ANSWER, type Work } from "./works.ts";

const { values: options } = parseArgs({
  options: {
    record: { type: "boolean", default: false },
    busy: { type: "string", default: "0" },
  },
});
const TRIES = 3;
const TOLERANCE = 1.15;

interface Measured {
  work: Work;
  /** Calls or deltas after which a program is warm. */
  warmCount: number;
  slices: number;
  seconds: number;
}

const MEASURED: Record<keyof typeof recorded, Measured> = {
  whole_answer: { work: WHOLE_ANSWER, warmCount: 30_000, slices: 16, seconds: 0.4 },
  streamed_delta: { work: streams(300, 100), warmCount: 15_000, slices: 10, seconds: 0.6 },
};
type Ratios = Record<keyof typeof MEASURED, number>;

if (!hasProcessFiles) throw new Error("CPU time is read from /proc, which is not here");
const setting = await prepareVariants(["bun"], listBuilds(undefined), false);
const loader = startLoader();

/** From its source, so that nothing must be built. */
async function startVariant(name: string): Promise<Running> {
  const variant = setting.variants.find((one) => one.name === name);
  if (!variant) throw new Error(`there is no variant ${name}`);
  if (name !== THIS) return { ...variant, program: await variant.start() };
  const waste = ["--preload", resolve(import.meta.dir, "waste-time.ts")];
  const [bun = "", ...program] = onBun(resolve(root, "src/runtimes/bun.ts"))(0);
  const command = [bun, ...(options.busy === "0" ? [] : waste), ...program];
  const env = { ...setting.serverEnv, WASTE_US: options.busy };
  return { ...variant, program: await start(() => command, env) };
}

/** CPU µs for a call or a delta, of the threads that serve: not of those that compile or tidy up. */
async function measureSlice(variant: Running, { work, seconds }: Measured): Promise<number> {
  const { cpuUs, count } = await loader.run(makeJob(variant, work, seconds));
  return (cpuUs.main + cpuUs.http) / count;
}

async function warmUp(variants: readonly Running[]): Promise<void> {
  for (const variant of variants)
    for (const { work, warmCount } of Object.values(MEASURED))
      for (let count = 0; count < warmCount; )
        count += (await loader.run(makeJob(variant, work, 1))).count;
}

async function measureRatio(thin: Running, server: Running, measured: Measured): Promise<number> {
  const costs: [number, number][] = [];
  for (let slice = 0; slice < measured.slices; slice++)
    costs.push([await measureSlice(thin, measured), await measureSlice(server, measured)]);
  const ratio = median(costs.map(([, cost]) => cost)) / median(costs.map(([cost]) => cost));
  return Number(ratio.toFixed(2));
}

function isWorse(ratios: Ratios): boolean {
  return (
    ratios.whole_answer > recorded.whole_answer * TOLERANCE ||
    ratios.streamed_delta > recorded.streamed_delta * TOLERANCE
  );
}

async function check(): Promise<void> {
  const thin = await startVariant("thin");
  const server = await startVariant(THIS);
  await warmUp([thin, server]);
  const tries: Ratios[] = [];
  do {
    const ratios = {
      whole_answer: await measureRatio(thin, server, MEASURED.whole_answer),
      streamed_delta: await measureRatio(thin, server, MEASURED.streamed_delta),
    };
    tries.push(ratios);
    process.stdout.write(`CPU beside the thinnest proxy: ${JSON.stringify(ratios)}\n`);
  } while (tries.length < TRIES && (options.record || tries.every(isWorse)));

  if (options.record) {
    const middle: Ratios = {
      whole_answer: median(tries.map((ratios) => ratios.whole_answer)),
      streamed_delta: median(tries.map((ratios) => ratios.streamed_delta)),
    };
    const file = resolve(import.meta.dir, "recorded-ratios.json");
    await Bun.write(file, `${JSON.stringify(middle, null, 2)}\n`);
  } else if (tries.every(isWorse)) {
    process.stdout.write(
      `That is more than 15 % above ${JSON.stringify(recorded)}, in ${TRIES} of ${TRIES} tries.\n`,
    );
    process.exitCode = 1;
  }
}

await check().finally(() => Promise.all([loader.stop(), setting.stop()]));
process.exit();
