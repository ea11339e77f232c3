// The measuring loop: in each round, each work by each variant that takes it, so that a busy minute
// of the machine affects all of them.
import type { Job, Load, Loader } from "./load-job.ts";
import { sumCpu } from "./read-threads.ts";
import type { Figures, Part } from "./results.ts";
import type { Env, Program } from "./start-program.ts";
import type { Variant } from "./variants.ts";
import { formatBody, WORKS, type Work } from "./works.ts";

export interface Running extends Variant {
  program: Program;
}

export interface Pace {
  rounds: number;
  seconds: number;
}

/**
 * Under a steady load Bun keeps what it has compiled. Between two turns of a program it throws much
 * of that away, and compiling it again was 17 to 28 µs of a call (Bun 1.4.5, eight programs in turns
 * of 2.5 s). Deno and workerd ignore it.
 */
export const STEADY: Env = { BUN_JSC_forceCodeBlockLiveness: "1" };

const LEAST_COUNT = 200;
/** Calls after which an engine has compiled what they run; the time is for slow ones. */
const WARM_CALLS = 60_000;
const WARM_SECONDS = 20;
const WARM_WORKS = WORKS.filter(({ warms }) => warms);

export function makeJob(
  { program, path, headers, kind }: Running,
  work: Work,
  seconds: number,
  probeSeconds = 0,
): Job {
  return {
    url: program.url + path,
    headers,
    body: formatBody(work, kind),
    connections: work.connections,
    keepsReading: work.unit === "delta",
    seconds,
    leastCount: LEAST_COUNT,
    probeSeconds,
    pid: program.pid,
  };
}

/** By whole answers, streams or both, as they are measured. */
export async function warmUp(
  running: readonly Running[],
  loader: Loader,
  parts: readonly Part[],
): Promise<void> {
  const works = WARM_WORKS.filter(({ part }) => parts.includes("growth") || parts.includes(part));
  for (const variant of running) {
    for (const work of works.filter((one) => one.takes(variant))) {
      let calls = 0;
      for (let second = 0; second < WARM_SECONDS && calls < WARM_CALLS; second++)
        calls += (await loader.run(makeJob(variant, work, 1))).count;
    }
  }
}

function addLoad(
  figures: Figures,
  { part, name, unit, curve, size }: Work,
  { name: variant, runtime }: Running,
  load: Load,
  direct: Load | undefined,
): void {
  const add = (measure: string, value: number) =>
    figures.add({ part, work: name, runtime, variant, measure, curve, size }, value);
  add("CPU µs", sumCpu(load.cpuUs) / load.count);
  for (const [kind, used] of Object.entries(load.cpuUs)) add(`CPU µs: ${kind}`, used / load.count);
  if (part === "growth") return;
  const firstContent = load.firstContentMs;
  const added = (value: number, base: number | undefined) => value - (base ?? 0);
  add("first content +ms p50", added(firstContent.p50, direct?.firstContentMs.p50));
  add("first content +ms p99", added(firstContent.p99, direct?.firstContentMs.p99));
  if (unit === "call") add("calls/s", load.count / load.seconds);
  else {
    add("delta +ms p50", added(load.delay.p50, direct?.delay.p50) / 1000);
    add("delta +ms p99", added(load.delay.p99, direct?.delay.p99) / 1000);
  }
  add("RSS MiB", load.heldBytes / 2 ** 20);
}

/** Measures works by all variants that take them; a call that fails ends the program. */
export async function measureWorks(
  works: readonly Work[],
  running: readonly Running[],
  loader: Loader,
  figures: Figures,
  { rounds, seconds }: Pace,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const work of works) {
      let direct: Load | undefined;
      const isCurve = work.part === "growth";
      for (const variant of running) {
        // Without a program between, calls are made once for all of them.
        const isAsked = variant.kind === "direct" ? !isCurve : work.takes(variant);
        if (!isAsked) continue;
        const probeSeconds = isCurve ? 0 : seconds / 2;
        const load = await loader.run(makeJob(variant, work, seconds, probeSeconds));
        if (load.count === 0) throw new Error(`${variant.name} on ${variant.runtime} did nothing`);
        if (variant.kind === "direct") direct = load;
        else addLoad(figures, work, variant, load, direct);
      }
    }
  }
}
