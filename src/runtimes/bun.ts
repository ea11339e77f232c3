import { createRandomId } from "./random-id.ts";
import { sleep } from "./sleep.ts";
import { start } from "./start.ts";

/** Log lines go out in batches: one write for each line costs more than the request it describes. */
const LOG_FLUSH_MS = 50;
/** Longer than the longest heartbeat; a stream that nobody reads is given up before (`CLIENT_STALL_MS`), or at this. */
const ANSWERED_IDLE_SECONDS = 120;
/** How long a caller who was refused may go on sending, to come to reading the answer. Bun hangs up then, even on one who still sends. */
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
    sleep,
    log: writeLog,
  },
  environment: process.env,
  listen(handle, { port, hostname }) {
    const server = Bun.serve({
      port,
      hostname,
      // Bun closes connections that are silent for this many seconds: right for a caller who never finishes a request's headers …
      idleTimeout: 30,
      development: false,
      // Otherwise what is not for development shares its port with a second server, and each gets calls that are meant for the other.
      reusePort: false,
      async fetch(request, self) {
        // … and wrong for an answer that is being thought about: the body's timeout watches the request …
        self.timeout(request, 0);
        const response = await handle(request);
        // … until there is one. Without this the connection would never be closed, whatever its caller does or leaves undone.
        self.timeout(request, response.ok ? ANSWERED_IDLE_SECONDS : REFUSED_LINGER_SECONDS);
        return response;
      },
      error: () => new Response(null, { status: 500 }),
    });
    return { port: server.port ?? port, stop: () => server.stop() };
  },
  onStop(handler) {
    process.on("SIGTERM", handler);
    process.on("SIGINT", handler);
  },
  print: writeLog,
  printError: (line) => console.error(line),
  exit(code) {
    flushLog();
    process.exit(code);
  },
});
