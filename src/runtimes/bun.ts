import { fetchUncompressed } from "./bun-fetch.ts";
import { connectBunPostgres } from "./bun-postgres.ts";
import { onAbandoned, processNumber, reportListening, startProcesses } from "./bun-processes.ts";
import { connectBunRedis } from "./bun-redis.ts";
import { createRandomId } from "./random-id.ts";
import { start } from "./start.ts";
import type { StopSignal } from "./stop.ts";
import { createTimerWheel } from "./timer-wheel.ts";

/**
 * Log lines go out in batches: one write for each line costs more than the request it describes.
 */
const LOG_FLUSH_MS = 50;
/**
 * Longer than the longest heartbeat. A stream that nobody reads is given up earlier
 * (`CLIENT_STALL_MS`), or now.
 */
const ANSWERED_IDLE_SECONDS = 120;
/**
 * How long a refused caller may go on sending before it reads the answer. Then Bun closes the
 * connection, even if the caller still sends.
 */
const REFUSED_LINGER_SECONDS = 5;

const stdout = Bun.stdout.writer();
let pendingLines = "";

function writeLog(line: string): void {
  if (pendingLines === "") setTimeout(flushLog, LOG_FLUSH_MS);
  pendingLines += `${line}\n`;
}

function flushLog(): void {
  const lines = pendingLines;
  pendingLines = "";
  try {
    stdout.write(lines);
    Promise.resolve(stdout.flush()).catch(ignoreClosedLog);
  } catch {
    ignoreClosedLog();
  }
}

/** Whoever read the log has closed it (EPIPE); calls go on all the same, as they do on Deno. */
function ignoreClosedLog(): void {}

function printError(line: string): void {
  console.error(line);
}

function exit(code: number): never {
  flushLog();
  process.exit(code);
}

function onStop(handler: (signal: StopSignal) => void): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => handler(signal));
}

/** One of several processes on one port, or undefined for the only one. */
const number = processNumber(process.argv);

start({
  platform: {
    runtime: "bun",
    // Vendors' clients take Bun for the Node that it stands in for.
    host: {
      runtime: "node",
      version: process.version,
      os: process.platform,
      arch: process.arch,
    },
    fetch: fetchUncompressed,
    now: Date.now,
    randomId: createRandomId(),
    random: Math.random,
    every: createTimerWheel(),
    log: writeLog,
    connectRedis: connectBunRedis,
  },
  environment: process.env,
  residentBytes: () => process.memoryUsage.rss(),
  connectPostgres: connectBunPostgres,
  listen(handle, { port, hostname }) {
    const server = Bun.serve({
      port,
      hostname,
      // Bun closes connections that are silent for this many seconds: right for a caller who never
      // finishes the headers of a request, …
      idleTimeout: 30,
      development: false,
      // With reusePort a second server could share the port, and each would get calls meant for the
      // other.
      reusePort: number !== undefined,
      async fetch(request, self) {
        // … and wrong while the model thinks (BODY_TIMEOUT_MS watches the request meanwhile) …
        self.timeout(request, 0);
        const response = await handle(request);
        // … until the answer begins. Without this, the connection would never be closed.
        self.timeout(request, response.ok ? ANSWERED_IDLE_SECONDS : REFUSED_LINGER_SECONDS);
        return response;
      },
      error: () => new Response(null, { status: 500 }),
    });
    return { port: server.port ?? port, stop: () => server.stop() };
  },
  onStop(handler) {
    onStop(handler);
    if (number !== undefined) onAbandoned(() => handler("SIGTERM"));
  },
  // It prints where it listens; the first of several says so for all.
  print(line) {
    reportListening();
    if (number === undefined || number === 1) writeLog(line);
  },
  printError,
  exit,
  startProcesses: (settings) =>
    number === undefined ? startProcesses(settings, printError) : null,
}).catch((thrown: unknown) => {
  // A module with a top-level await would do this by itself, but cannot be compiled to bytecode.
  printError(String(thrown instanceof Error ? thrown.stack : thrown));
  exit(1);
});
