import { ConfigError } from "../env/config-error.ts";
import type { Settings } from "./development.ts";
import type { Processes } from "./start.ts";
import type { StopSignal } from "./stop.ts";

/** On the command line of each process but the first: its number. */
const PROCESS_OPTION = "--process=";
/** A process that ends is started again after this long, so that a fault does not become a loop. */
const RESTART_MS = 1000;

/** This process's number: 1 or more for those of `WEB_CONCURRENCY`, undefined for the first. */
export function processNumber(argv: readonly string[]): number | undefined {
  const given = argv.find((text) => text.startsWith(PROCESS_OPTION));
  return given === undefined ? undefined : Number(given.slice(PROCESS_OPTION.length));
}

/** What one process keeps to itself, the others would not know. */
function requireShared({ config, development }: Settings): void {
  const { WEB_CONCURRENCY, PORT, METRICS_PORT, REDIS_URL, LEDGER_FILE, DATABASE_URL } = config;
  const problem = "is more than 1, so the processes must share";
  if (development) throw new ConfigError("WEB_CONCURRENCY", `${problem} a JWT key: set JWT_SECRET`);
  if (PORT === 0)
    throw new ConfigError("WEB_CONCURRENCY", `${problem} a port: set PORT to one that is free`);
  if (METRICS_PORT > 0 && METRICS_PORT <= PORT && PORT < METRICS_PORT + WEB_CONCURRENCY)
    throw new ConfigError(
      "METRICS_PORT",
      "and the ports after it, one for each process of WEB_CONCURRENCY, must leave out PORT",
    );
  if (REDIS_URL === undefined)
    throw new ConfigError("WEB_CONCURRENCY", `${problem} a store of limits: set REDIS_URL`);
  if (LEDGER_FILE === ":memory:" && DATABASE_URL === undefined)
    throw new ConfigError(
      "WEB_CONCURRENCY",
      `${problem} a ledger: set LEDGER_FILE to a file or to off, or set DATABASE_URL`,
    );
}

/**
 * Starts this program once for each process of `WEB_CONCURRENCY`; null if there is to be one. A
 * process that ends by itself is started again; if one of them cannot start, all end with its exit
 * code. Throws a ConfigError that names what they must share.
 */
export function startProcesses(
  settings: Settings,
  report: (line: string) => void,
): Processes | null {
  const { WEB_CONCURRENCY, METRICS_PORT } = settings.config;
  if (WEB_CONCURRENCY === 1) return null;
  requireShared(settings);
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  const running = new Map<number, Bun.Subprocess>();
  let exitCode: number | undefined;

  function run(number: number): void {
    let hasListened = false;
    const child = Bun.spawn(
      [process.execPath, ...process.argv.slice(1), `${PROCESS_OPTION}${number}`],
      {
        stdio: ["ignore", "inherit", "inherit"],
        // Each process counts for itself, so each has a page of metrics.
        env:
          METRICS_PORT === 0
            ? process.env
            : { ...process.env, METRICS_PORT: String(METRICS_PORT + number - 1) },
        // In a group of its own: a terminal sends SIGINT to a whole group, and a second signal
        // would cut the streams.
        detached: true,
        ipc() {
          hasListened = true;
        },
        onExit(_child, code, signal) {
          running.delete(number);
          if (exitCode === undefined && !hasListened) stop(code ?? 1, "SIGTERM");
          if (exitCode === undefined) {
            report(describeEnd(number, code, signal));
            setTimeout(() => exitCode === undefined && run(number), RESTART_MS);
          } else if (running.size === 0) resolve(exitCode);
        },
      },
    );
    running.set(number, child);
  }

  function stop(code: number, signal: StopSignal): void {
    exitCode ??= code;
    for (const child of running.values()) child.kill(signal);
    if (running.size === 0) resolve(exitCode);
  }

  for (let number = 1; number <= WEB_CONCURRENCY; number++) run(number);
  return { ended, signal: (signal) => stop(0, signal) };
}

function describeEnd(number: number, code: number | null, signal: number | string | null): string {
  const time = new Date().toISOString();
  return JSON.stringify({ time, level: "error", event: "process_ended", number, code, signal });
}

/** Tells the process that started this one that it listens. */
export function reportListening(): void {
  process.send?.("listening");
}

/** Calls back if the process that started this one has gone. */
export function onAbandoned(handler: () => void): void {
  process.on("disconnect", handler);
}
