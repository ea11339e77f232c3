// From the start of a process to its first answer with status 200, to a call and not to `/health`,
// which might be answered before what calls need is loaded.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Runtime } from "../test/support/runtimes/runtime.ts";
import { cpuSince, sumCpu } from "./read-threads.ts";
import type { Figures } from "./results.ts";
import {
  builtServer,
  type Command,
  type Env,
  onBun,
  peerOnDeno,
  peerPath,
  root,
  spawn,
} from "./start-program.ts";
import { type Build, PEERS, type Setting } from "./variants.ts";
import { formatBody, WHOLE_ANSWER } from "./works.ts";

interface Starter {
  name: string;
  runtime: Runtime;
  work: string;
  command: Command;
  env: Env;
  path: string;
}

const FROM_SOURCE = "start, from source";
const BUILT = "start, built";

/** Bundles a peer with the options with which the server is built. */
async function buildPeer(name: string, folder: string): Promise<string> {
  const { scripts }: { scripts: { build: string } } = await Bun.file(
    resolve(root, "package.json"),
  ).json();
  const options = scripts.build.match(/--(target=\S+|format=\S+|bytecode|minify|splitting)/g) ?? [];
  const outdir = join(folder, name);
  const command = [process.execPath, "build", peerPath(name), ...options, `--outdir=${outdir}`];
  const child = Bun.spawn(command, { stdout: "ignore", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(`${name} was not built`);
  return join(outdir, `${name}.js`);
}

async function listStarters(
  runtimes: readonly Runtime[],
  builds: readonly Build[],
  { peerEnv, serverEnv }: Setting,
  folder: string,
): Promise<Starter[]> {
  const starters: Starter[] = [];
  if (runtimes.includes("bun")) {
    for (const name of PEERS) {
      const peer = { name, runtime: "bun", env: peerEnv, path: "/" } as const;
      starters.push({ ...peer, work: FROM_SOURCE, command: onBun(peerPath(name)) });
      starters.push({ ...peer, work: BUILT, command: onBun(await buildPeer(name, folder)) });
    }
    for (const build of builds) {
      const server = { name: build.name, runtime: "bun", env: serverEnv, path: "/chat" } as const;
      const source = resolve(build.folder, "src/runtimes/bun.ts");
      starters.push({ ...server, work: FROM_SOURCE, command: onBun(source) });
      starters.push({ ...server, work: BUILT, command: onBun(builtServer(build.folder)) });
    }
  }
  if (runtimes.includes("deno")) {
    for (const name of PEERS) {
      const peer = { name, runtime: "deno", env: peerEnv, path: "/" } as const;
      starters.push({ ...peer, work: FROM_SOURCE, command: peerOnDeno(peerPath(name)) });
    }
    for (const build of builds) {
      const deno = resolve(build.folder, "node_modules/.bin/deno");
      const source = resolve(build.folder, "src/runtimes/deno.ts");
      const allowed = ["--allow-net", "--allow-env", "--allow-read", "--no-check", "--cached-only"];
      starters.push({
        ...{ name: build.name, runtime: "deno", env: serverEnv, path: "/chat" },
        ...{ work: FROM_SOURCE, command: () => [deno, "run", ...allowed, source] },
      });
    }
  }
  return starters;
}

async function measureStart(
  { command, env, path }: Starter,
  body: string,
  headers: Record<string, string>,
): Promise<{ ms: number; cpuMs: number }> {
  const began = performance.now();
  const program = spawn(command, env);
  try {
    for (;;) {
      const status = await fetch(program.url + path, { method: "POST", headers, body }).then(
        (response) => response.status,
        () => undefined,
      );
      if (status === 200) break;
      if (status !== undefined || program.hasEnded())
        throw new Error(`the first call of ${command(0).join(" ")} got ${status ?? "no answer"}`);
      await Bun.sleep(1);
    }
    const ms = performance.now() - began;
    return { ms, cpuMs: sumCpu(cpuSince(new Map(), program.pid)) / 1000 };
  } finally {
    await program.stop();
  }
}

export async function measureStarts(
  runtimes: readonly Runtime[],
  builds: readonly Build[],
  setting: Setting,
  figures: Figures,
  rounds: number,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const starters = await listStarters(runtimes, builds, setting, folder);
  // The first of each fills the caches of the disk and is not counted.
  for (let round = -1; round < rounds; round++) {
    for (const starter of starters) {
      const kind = starter.path === "/" ? "peer" : "server";
      const body = formatBody(WHOLE_ANSWER, kind);
      const { ms, cpuMs } = await measureStart(starter, body, setting.headers);
      if (round < 0) continue;
      const { work, runtime, name: variant } = starter;
      figures.add({ part: "start", work, runtime, variant, measure: "first 200, ms" }, ms);
      figures.add({ part: "start", work, runtime, variant, measure: "CPU ms" }, cpuMs);
    }
  }
  rmSync(folder, { recursive: true, force: true });
}
