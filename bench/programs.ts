// What the measuring programs share: servers, a load on them, and what it cost.
import { resolve } from "node:path";
import { findFreePort } from "../test/support/find-free-port.ts";
import { readProcess } from "../test/support/read-process.ts";
import type { LoadOptions, LoadResult } from "./load.ts";

const root = resolve(import.meta.dir, "..");

export interface Program {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a program of this project, or of another checkout, and waits until it answers. */
export async function startProgram(path: string, env: Record<string, string>): Promise<Program> {
  const port = findFreePort();
  const child = Bun.spawn([process.execPath, resolve(root, path)], {
    cwd: import.meta.dir,
    env: {
      PATH: process.env.PATH ?? "",
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      ...env,
      PORT: String(port),
    },
    stdout: "ignore",
    stderr: "inherit",
  });
  const url = `http://127.0.0.1:${port}`;
  for (let up = false; !up; ) {
    if (child.exitCode !== null) throw new Error(`${path} ended`);
    await Bun.sleep(20);
    up = await fetch(url).then(
      () => true,
      () => false,
    );
  }
  return {
    url,
    pid: child.pid,
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

async function load(options: LoadOptions): Promise<LoadResult> {
  const child = Bun.spawn(
    [process.execPath, resolve(root, "bench/load.ts"), JSON.stringify(options)],
    {
      cwd: import.meta.dir,
      stdout: "pipe",
      stderr: "inherit",
    },
  );
  const result: LoadResult = JSON.parse(await new Response(child.stdout).text());
  if (result.failures > 0)
    throw new Error(`${result.failures} of ${result.calls} calls of ${options.url} failed`);
  return result;
}

/** A load on a program, and the CPU time and memory that the program took. */
export interface Run extends LoadResult {
  cpuSeconds: number;
  residentMiB: number;
}

/** Puts a load on a program; without a program, on something whose cost is not measured. */
export async function measure(program: Program | undefined, options: LoadOptions): Promise<Run> {
  const before = program && readProcess(program.pid);
  const result = await load(options);
  const after = program && readProcess(program.pid);
  return {
    ...result,
    cpuSeconds: (after?.cpuSeconds ?? 0) - (before?.cpuSeconds ?? 0),
    residentMiB: (after?.residentBytes ?? 0) / 1024 / 1024,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (high + (sorted[middle - 1] ?? Number.NaN)) / 2 : high;
}
