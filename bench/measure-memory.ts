// The memory of a process of its own: at rest, while it holds streams, and after they have ended.
import { readProcess } from "../test/support/read-process.ts";
import { startLoader } from "./load-job.ts";
import { makeJob } from "./measure-works.ts";
import type { Figures } from "./results.ts";
import type { Variant } from "./variants.ts";
import { HELD_STREAMS, SHORT_STREAM, WHOLE_ANSWER } from "./works.ts";

const HELD_SECONDS = 2;
/** How long a program is given to tidy up before its memory is read. */
const REST_MS = 1500;

export const MEMORY_WORK = `memory, ${HELD_STREAMS.name}`;

async function measureOne(variant: Variant): Promise<Record<string, number>> {
  const program = await variant.start();
  const loader = startLoader();
  const running = { ...variant, program };
  const residentMiB = () => readProcess(program.pid).residentBytes / 2 ** 20;
  try {
    // A few of each kind, so that the code for them is loaded.
    for (const work of [WHOLE_ANSWER, SHORT_STREAM])
      await loader.run({ ...makeJob(running, { ...work, connections: 1 }, 0.02), leastCount: 1 });
    await Bun.sleep(REST_MS);
    const rest = residentMiB();
    const { heldBytes } = await loader.run(makeJob(running, HELD_STREAMS, HELD_SECONDS));
    await Bun.sleep(REST_MS);
    return {
      "KB per stream": (heldBytes / 1000 - rest * 1048.576) / HELD_STREAMS.connections,
      "RSS at rest, MiB": rest,
      "RSS with streams, MiB": heldBytes / 2 ** 20,
      "RSS after, MiB": residentMiB(),
    };
  } finally {
    await Promise.all([loader.stop(), program.stop()]);
  }
}

/** All on a runtime at once: others' use of the machine changes nothing in the memory of one. */
export async function measureMemory(
  variants: readonly Variant[],
  figures: Figures,
  rounds: number,
): Promise<void> {
  const measured = variants.filter(({ kind }) => kind === "peer" || kind === "server");
  const runtimes = new Set(measured.map(({ runtime }) => runtime));
  for (let round = 0; round < rounds; round++) {
    for (const runtime of runtimes) {
      // On workerd one after the other: its processes are told apart by when they began.
      const here = measured.filter((variant) => variant.runtime === runtime);
      const found =
        runtime === "workers"
          ? await Array.fromAsync(here, measureOne)
          : await Promise.all(here.map(measureOne));
      here.forEach(({ name: variant }, at) => {
        for (const [measure, value] of Object.entries(found[at] ?? {}))
          figures.add({ part: "memory", work: MEMORY_WORK, runtime, variant, measure }, value);
      });
    }
  }
}
