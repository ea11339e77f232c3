// The process that makes the load, seen from the one that measures.
import { resolve } from "node:path";
import type { CpuUse } from "./read-threads.ts";

export interface Job {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Concurrent calls, or streams. */
  connections: number;
  /** Whether each connection reads one stream all the time; else it calls again and again. */
  keepsReading: boolean;
  /** How long is measured; opening the connections comes before. */
  seconds: number;
  /** Of calls or deltas; what is slow is measured longer than that, until there is so much of it. */
  leastCount: number;
  /** How long after that single calls are timed; streams go on meanwhile, calls do not. */
  probeSeconds: number;
  /** The process whose use is read. */
  pid: number;
}

export interface Percentiles {
  p50: number;
  p99: number;
}

export interface Load {
  /** Calls, or deltas, within `seconds`. */
  count: number;
  seconds: number;
  cpuUs: CpuUse;
  /** Of calls, in milliseconds; of deltas since they were sent, in microseconds. */
  delay: Percentiles;
  firstContentMs: Percentiles;
  /** Resident memory before the first call, and at the end. */
  restBytes: number;
  heldBytes: number;
}

export interface Loader {
  run(job: Job): Promise<Load>;
  stop(): Promise<void>;
}

export function startLoader(): Loader {
  let settle: (answer: Load | { error: string }) => void = () => {};
  const child = Bun.spawn([process.execPath, resolve(import.meta.dir, "load.ts")], {
    stdout: "inherit",
    stderr: "inherit",
    ipc: (answer: Load | { error: string }) => settle(answer),
  });
  return {
    async run(job) {
      const { promise, resolve: settled } = Promise.withResolvers<Load | { error: string }>();
      settle = settled;
      child.send(job);
      const answer = await promise;
      if ("error" in answer) throw new Error(answer.error);
      return answer;
    },
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
