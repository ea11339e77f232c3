import { resolve } from "node:path";

const root = resolve(import.meta.dir, "../..");

/** The project's own wrangler; it refuses Node below 22, and runs on Bun. */
export const WRANGLER = resolve(root, "node_modules/wrangler/wrangler-dist/cli.js");

export interface WranglerRun {
  exitCode: number;
  /** What it wrote to both streams, without colours. */
  output: string;
}

/** Runs wrangler on Bun in the project's folder, without questions and without telemetry. */
export async function runWrangler(args: readonly string[]): Promise<WranglerRun> {
  const wrangler = Bun.spawn([process.execPath, "--bun", WRANGLER, ...args], {
    cwd: root,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "1" },
  });
  const [output, errors, exitCode] = await Promise.all([
    new Response(wrangler.stdout).text(),
    new Response(wrangler.stderr).text(),
    wrangler.exited,
  ]);
  return { exitCode, output: Bun.stripANSI(`${output}\n${errors}`) };
}
