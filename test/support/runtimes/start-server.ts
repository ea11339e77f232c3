import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { bundleWorker } from "../../../scripts/deploy/bundle-worker.ts";
import { serveWorker } from "../../../scripts/dev/serve-worker.ts";
import { buildPages } from "../../../scripts/pages/build-pages.ts";
import { findFreePort } from "../find-free-port.ts";
import { findChildren, isRunning } from "../read-process.ts";
import type { RunningServer, Runtime, StartOptions } from "./runtime.ts";
import { spawnServer } from "./spawn-server.ts";
import { openWorkerHeap } from "./worker-heap.ts";

const root = resolve(import.meta.dir, "../../..");

function stopClock(now: number): string {
  return `Date.now = () => ${now};\n`;
}

/** A file that stops the clock, to be loaded before the server. */
function writePreload(now: number): string {
  const path = join(mkdtempSync(join(tmpdir(), "clock-")), "stop-clock.js");
  writeFileSync(path, stopClock(now));
  return path;
}

let pages: Promise<void> | undefined;

/** The pages that Bun and Deno read from the disk, built once for a test run. */
function ensurePages(): Promise<void> {
  pages ??= buildPages();
  return pages;
}

async function startBun(
  env: Record<string, string>,
  { now }: StartOptions,
): Promise<RunningServer> {
  await ensurePages();
  const preload = now === undefined ? [] : ["--preload", writePreload(now)];
  return spawnServer(
    "bun",
    [process.execPath, ...preload, resolve(root, "src/runtimes/bun.ts")],
    env,
  );
}

async function startDeno(
  env: Record<string, string>,
  { now }: StartOptions,
): Promise<RunningServer> {
  await ensurePages();
  const preload = now === undefined ? [] : ["--preload", writePreload(now)];
  const ledger = env.LEDGER_FILE === undefined ? [] : [dirname(env.LEDGER_FILE)];
  const allowed = [
    "--allow-net",
    "--allow-env",
    `--allow-read=${[resolve(root, "dist/pages"), ...ledger]}`,
    ...ledger.map((folder) => `--allow-write=${folder}`),
  ];
  const command = ["run", ...allowed, "--no-check", "--cached-only", ...preload];
  return spawnServer(
    "deno",
    [resolve(root, "node_modules/.bin/deno"), ...command, resolve(root, "src/runtimes/deno.ts")],
    env,
  );
}

let workerModules: Promise<ReadonlyMap<string, string>> | undefined;

/** What wrangler would deploy, made once for a test run. */
function loadWorker(): Promise<ReadonlyMap<string, string>> {
  workerModules ??= bundle();
  return workerModules;
}

async function bundle(): Promise<ReadonlyMap<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "worker-"));
  try {
    return (await bundleWorker(folder)).modules;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The Worker with a clock that is stopped before any module of it runs. */
function withStoppedClock(modules: ReadonlyMap<string, string>, now: number) {
  const [entry = ""] = modules.keys();
  return new Map([
    [
      "main.js",
      `import "./clock.js"; export * from "./${entry}"; export { default } from "./${entry}";`,
    ],
    ["clock.js", stopClock(now)],
    ...modules,
  ]);
}

/** Keeps a Worker busy while `work` runs: workerd's inspector answers only then. */
async function whileBusy<T>(url: string, work: () => Promise<T>): Promise<T> {
  let isDone = false;
  async function ask(): Promise<void> {
    while (!isDone) {
      // If the server has gone, `work` says so.
      await fetch(`${url}/health`).then(
        (answer) => answer.text(),
        () => {},
      );
      await Bun.sleep(50);
    }
  }
  const asking = ask();
  try {
    return await work();
  } finally {
    isDone = true;
    await asking;
  }
}

async function startWorkers(
  env: Record<string, string>,
  { now, tellsHeap }: StartOptions,
): Promise<RunningServer> {
  const modules = await loadWorker();
  const inspectorPort = tellsHeap ? findFreePort() : undefined;
  let logs = "";
  const others = new Set(findChildren("workerd"));
  const worker = await serveWorker({
    modules: now === undefined ? modules : withStoppedClock(modules, now),
    bindings: env,
    inspectorPort,
    onLine: (line) => {
      logs += `${line}\n`;
    },
  });
  const pid = findChildren("workerd").find((child) => !others.has(child));
  const opening = inspectorPort === undefined ? undefined : openWorkerHeap(inspectorPort);
  const heap = await opening?.catch(async (thrown: unknown) => {
    await worker.stop();
    throw thrown;
  });
  let stopping: Promise<void> | undefined;
  return {
    ...(heap ? { heapBytes: () => whileBusy(worker.url, heap.measure) } : {}),
    runtime: "workers",
    url: worker.url,
    pid,
    died: () => stopping === undefined && pid !== undefined && !isRunning(pid),
    logs: () => logs,
    stop() {
      heap?.close();
      stopping ??= worker.stop();
      return stopping;
    },
  };
}

/** Starts the server on one of the runtimes with this environment, and waits until it answers. */
export function startServer(
  runtime: Runtime,
  env: Record<string, string>,
  options: StartOptions = {},
): Promise<RunningServer> {
  switch (runtime) {
    case "bun":
      return startBun(env, options);
    case "workers":
      return startWorkers(env, options);
    case "deno":
      return startDeno(env, options);
  }
}
