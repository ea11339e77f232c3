import { connectBunPostgres } from "./bun-postgres.ts";
import { connectBunRedis } from "./bun-redis.ts";
import { createRandomId } from "./random-id.ts";
import { start } from "./start.ts";

/** Log lines go out in batches: one write for each line costs more than the request it describes. */
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

await start({
  platform: {
    runtime: "bun",
    fetch,
    now: Date.now,
    randomId: createRandomId(),
    random: Math.random,
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
      reusePort: false,
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
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => handler(signal));
  },
  print: writeLog,
  printError: (line) => console.error(line),
  exit(code) {
    flushLog();
    process.exit(code);
  },
});
