import { connectDenoPostgres } from "./deno-postgres.ts";
import { listenHttp } from "./node-http.ts";
import { createRandomId } from "./random-id.ts";
import { start } from "./start.ts";
import { createTimerWheel } from "./timer-wheel.ts";

/**
 * What this file uses of Deno, so that the project's type check needs no second set of runtime
 * types.
 */
declare const Deno: {
  version: { deno: string };
  build: { os: string; arch: string };
  env: { toObject(): Record<string, string> };
  exit(code: number): never;
  memoryUsage(): { rss: number };
  addSignalListener(signal: "SIGTERM" | "SIGINT", handler: () => void): void;
  serve(
    options: { port: number; hostname: string; onListen(): void; onError(): Response },
    handler: (request: Request) => Promise<Response>,
  ): { addr: { port: number }; shutdown(): Promise<void> };
};

const environment = Deno.env.toObject();
// Deno Deploy sets these. It chooses the hostname itself, so development mode, which must stay on
// loopback, must not start there.
const onDeploy =
  environment.DENO_DEPLOY !== undefined || environment.DENO_DEPLOYMENT_ID !== undefined;

/** The client is loaded only if it is needed: it makes the start longer. */
const redis = environment.REDIS_URL
  ? { connectRedis: (await import("./deno-redis.ts")).connectDenoRedis }
  : {};

await start({
  platform: {
    runtime: "deno",
    host: { runtime: "deno", version: Deno.version.deno, os: Deno.build.os, arch: Deno.build.arch },
    fetch: (input, init) => fetch(input, init),
    now: Date.now,
    randomId: createRandomId(),
    random: Math.random,
    every: createTimerWheel(),
    log: (line) => console.log(line),
    ...redis,
  },
  environment: onDeploy ? { ...environment, NODE_ENV: "production" } : environment,
  residentBytes: () => Deno.memoryUsage().rss,
  connectPostgres: connectDenoPostgres,
  listen(handle, { port, hostname }) {
    // Deno Deploy's own edge watches the connections, and knows `Deno.serve`.
    if (!onDeploy) return listenHttp(handle, { port, hostname });
    const server = Deno.serve(
      { port, hostname, onListen() {}, onError: () => new Response(null, { status: 500 }) },
      handle,
    );
    return { port: server.addr.port, stop: () => server.shutdown() };
  },
  onStop(handler) {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      Deno.addSignalListener(signal, () => handler(signal));
    }
  },
  print: (line) => console.log(line),
  printError: (line) => console.error(line),
  exit: (code) => Deno.exit(code),
});
