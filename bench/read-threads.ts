// The CPU time of a process by the kernel's own accounting, by thread (Linux). It is in
// nanoseconds, which /proc/PID/stat rounds to hundredths of a second.
import { readdirSync, readFileSync } from "node:fs";

/** What a thread is for, by its name on Bun, Deno and workerd; the last takes the others. */
const KINDS = [
  ["http", /^HTTP Client/],
  ["gc", /^(HeapHelper|V8 ?Worker|V8 DefaultWork)/],
  ["jit", /^(JITWorker|JSCWarmUp)/],
  ["main", /^(bun|deno|workerd)/],
  ["other", /^/],
] as const;

export type ThreadKind = (typeof KINDS)[number][0];
export type CpuUse = Record<ThreadKind, number>;

interface Thread {
  kind: ThreadKind;
  microseconds: number;
}

/** Each thread's CPU time so far, by its number. */
export function readThreads(pid: number): Map<string, Thread> {
  const threads = new Map<string, Thread>();
  for (const number of readdirSync(`/proc/${pid}/task`)) {
    try {
      const folder = `/proc/${pid}/task/${number}`;
      const name = readFileSync(`${folder}/comm`, "latin1");
      const [nanoseconds] = readFileSync(`${folder}/schedstat`, "latin1").split(" ");
      const [kind] = KINDS.find(([, pattern]) => pattern.test(name)) ?? ["other"];
      threads.set(number, { kind, microseconds: Number(nanoseconds) / 1000 });
    } catch {
      // It ended meanwhile.
    }
  }
  return threads;
}

/** Microseconds since `before`. What a thread used that has ended since is lost. */
export function cpuSince(before: Map<string, Thread>, pid: number): CpuUse {
  const used: CpuUse = { main: 0, http: 0, gc: 0, jit: 0, other: 0 };
  for (const [number, { kind, microseconds }] of readThreads(pid))
    used[kind] += microseconds - (before.get(number)?.microseconds ?? 0);
  return used;
}

export function sumCpu(used: CpuUse): number {
  return Object.values(used).reduce((sum, part) => sum + part, 0);
}
