import { existsSync, readdirSync, readFileSync } from "node:fs";

/** What the kernel says of a process (Linux). */
export interface ProcessUse {
  /** Resident memory now, in bytes. */
  residentBytes: number;
  /** CPU time of the process so far, user and system, in seconds. */
  cpuSeconds: number;
}

/** Whether the kernel says it in the way that is read here. */
export const hasProcessFiles = existsSync("/proc/self/stat");

const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export function readProcess(pid: number): ProcessUse {
  // The name, in parentheses, may hold anything; the fields are counted from behind it.
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const field = (at: number) => Number(fields[at - 3]);
  return {
    cpuSeconds: (field(14) + field(15)) / TICKS_PER_SECOND,
    residentBytes: field(24) * PAGE_BYTES,
  };
}

export function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** The processes that this one started, or those of them whose program has this name. */
export function findChildren(name?: string): number[] {
  if (!hasProcessFiles) return [];
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
        const end = stat.lastIndexOf(")");
        return (
          (name === undefined || stat.slice(stat.indexOf("(") + 1, end) === name) &&
          Number(stat.slice(end + 2).split(" ")[1]) === process.pid
        );
      } catch {
        return false;
      }
    });
}

/** Runs something and returns by how much the process's memory rose, sampled every 20 ms. */
export async function measureMemoryRise(pid: number, run: () => Promise<void>): Promise<number> {
  const before = readProcess(pid).residentBytes;
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, readProcess(pid).residentBytes);
  }, 20);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return Math.max(highest, readProcess(pid).residentBytes) - before;
}
