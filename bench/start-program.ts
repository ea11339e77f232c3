// Starts what is measured, on each runtime: programs of bench/, and builds of the server.
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { Miniflare } from "miniflare";
import { findFreePort } from "../test/support/find-free-port.ts";
import { findChildren } from "../test/support/read-process.ts";
import type { Runtime } from "../test/support/runtimes/runtime.ts";

export const root = resolve(import.meta.dir, "..");
const deno = resolve(root, "node_modules/.bin/deno");

export interface Program {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

export type Env = Record<string, string>;
/** What starts a program that listens on a port. */
export type Command = (port: number) => string[];

/** As the images set it: of Bun's defaults, 256 fetches at once are too few for 5,000 streams. */
const PRODUCTION: Env = {
  NODE_ENV: "production",
  HOST: "127.0.0.1",
  BUN_CONFIG_MAX_HTTP_REQUESTS: "10000",
};

// Whatever ends the measuring, it leaves nothing running.
process.on("exit", () => {
  for (const pid of findChildren()) process.kill(pid, "SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

/** Starts a program and does not wait for it. */
export function spawn(command: Command, env: Env): Program & { hasEnded(): boolean } {
  const port = findFreePort();
  const child = Bun.spawn(command(port), {
    cwd: tmpdir(),
    env: {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "",
      ...PRODUCTION,
      ...env,
      PORT: String(port),
    },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    hasEnded: () => child.exitCode !== null,
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Starts a program and waits until it listens. */
export async function start(command: Command, env: Env): Promise<Program> {
  const program = spawn(command, env);
  const { hostname, port } = new URL(program.url);
  const listens = () =>
    Bun.connect({ hostname, port: Number(port), socket: { data() {} } }).then(
      (socket) => socket.terminate() === undefined,
      () => false,
    );
  while (!(await listens())) {
    if (program.hasEnded()) throw new Error(`it ended: ${command(0).join(" ")}`);
    await Bun.sleep(20);
  }
  return program;
}

export const onBun =
  (path: string): Command =>
  () => [process.execPath, path];

export const peerPath = (name: string) => resolve(import.meta.dir, "peers", `${name}.ts`);

export const peerOnDeno =
  (path: string): Command =>
  (port) => [
    ...[deno, "serve", "--quiet", "--allow-net", "--allow-env", "--no-check"],
    ...["--config", resolve(root, "deno.json")],
    ...["--host", "127.0.0.1", "--port", String(port), path],
  ];

/** A program of bench/ on this Bun. */
export function startScript(path: string, env: Env = {}): Promise<Program> {
  return start(onBun(resolve(import.meta.dir, path)), env);
}

async function startOnWorkerd(path: string, env: Env): Promise<Program> {
  const variables = Object.entries(env).map(
    ([name, value]) => [`process.env.${name}`, JSON.stringify(value)] as const,
  );
  const { outputs } = await Bun.build({
    entrypoints: [path],
    target: "browser",
    define: Object.fromEntries(variables),
  });
  const code = (await outputs[0]?.text()) ?? "";
  const others = new Set(findChildren("workerd"));
  const worker = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    modules: [{ type: "ESModule", path: "worker.js", contents: code }],
    compatibilityDate: "2026-07-01",
  });
  const url = await worker.ready;
  const pid = findChildren("workerd").find((child) => !others.has(child));
  if (pid === undefined) throw new Error("workerd was not found among the processes");
  return { url: url.origin, pid, stop: () => worker.dispose() };
}

/** A program of bench/peers, whose default export has `fetch`. */
export function startPeer(name: string, runtime: Runtime, env: Env): Promise<Program> {
  const path = peerPath(name);
  switch (runtime) {
    case "bun":
      return start(onBun(path), env);
    case "deno":
      return start(peerOnDeno(path), env);
    case "workers":
      return startOnWorkerd(path, env);
  }
}

/** Where `npm run build` puts the program that the images run on Bun. */
export const builtServer = (folder: string) => resolve(folder, "dist/bun/bun.js");

/** Runs `npm run …` in a checkout; what it wrote. */
export async function runScript(folder: string, name: string): Promise<string> {
  const child = Bun.spawn([process.execPath, "run", name], {
    cwd: folder,
    env: { ...process.env, PATH: `${resolve(folder, "node_modules/.bin")}:${process.env.PATH}` },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`npm run ${name} in ${folder}:\n${errors}`);
  return output;
}

/** The server of a checkout: on Bun its build, elsewhere as the checkout's own tests start it. */
export async function startServer(folder: string, runtime: Runtime, env: Env): Promise<Program> {
  if (runtime === "bun") return start(onBun(builtServer(folder)), env);
  const tests: typeof import("../test/support/runtimes/start-server.ts") = await import(
    resolve(folder, "test/support/runtimes/start-server.ts")
  );
  const { url, pid, stop } = await tests.startServer(runtime, { ...PRODUCTION, ...env });
  if (pid === undefined) throw new Error(`the server's process on ${runtime} was not found`);
  return { url, pid, stop };
}
