import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundleWorker } from "../../../scripts/deploy/bundle-worker.ts";
import { serveWorker } from "../../../scripts/dev/serve-worker.ts";
import { buildPages } from "../../../scripts/pages/build-pages.ts";
import { findChildren, isRunning } from "../read-process.ts";
import type { RunningServer, Runtime, StartOptions } from "./runtime.ts";
import { spawnServer } from "./spawn-server.ts";

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
  const allowed = ["--allow-net", "--allow-env", `--allow-read=${resolve(root, "dist/pages")}`];
  const command = ["run", ...allowed, "--no-check", "--cached-only", ...preload];
  return spawnServer(
    "deno",
    [resolve(root, "node_modules/.bin/deno"), ...command, resolve(root, "src/runtimes/deno.ts")],
    env,
  );
}

const WORKER = "src/runtimes/workers.ts";
const WORKER_WITH_OTEL = "src/runtimes/workers-otel.ts";
const workerCodes = new Map<string, Promise<string>>();

/** The bundle that wrangler would deploy, made once for a test run. */
function loadWorkerCode(entry: string): Promise<string> {
  let code = workerCodes.get(entry);
  if (!code) {
    code = bundle(entry);
    workerCodes.set(entry, code);
  }
  return code;
}

async function bundle(entry: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "worker-"));
  try {
    return readFileSync((await bundleWorker(folder, entry)).path, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startWorkers(
  env: Record<string, string>,
  { now }: StartOptions,
): Promise<RunningServer> {
  const isTraced = env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined;
  const code = await loadWorkerCode(isTraced ? WORKER_WITH_OTEL : WORKER);
  let logs = "";
  const others = new Set(findChildren("workerd"));
  const worker = await serveWorker({
    code: now === undefined ? code : stopClock(now) + code,
    bindings: env,
    onLine: (line) => {
      logs += `${line}\n`;
    },
  });
  const pid = findChildren("workerd").find((child) => !others.has(child));
  let stopping: Promise<void> | undefined;
  return {
    runtime: "workers",
    url: worker.url,
    pid,
    died: () => stopping === undefined && pid !== undefined && !isRunning(pid),
    logs: () => logs,
    stop() {
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
