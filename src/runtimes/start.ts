import { type App, createApp } from "../app.ts";
import { ConfigError } from "../env/config-error.ts";
import type { Database } from "../ledger/database.ts";
import type { Platform } from "../platform.ts";
import { createRedisStores } from "../store/redis-stores.ts";
import { createMetrics, type Metrics } from "../telemetry/metrics.ts";
import { VERSION } from "../version.ts";
import { createBackground } from "./background.ts";
import { chooseLedger } from "./choose-ledger.ts";
import { type Environment, readSettings, type Settings } from "./development.ts";
import { loadTracer } from "./load-tracer.ts";
import { createProcessMetrics } from "./process-metrics.ts";
import { readPage } from "./read-page.ts";
import { reportUnhandled } from "./report-unhandled.ts";
import { createMetricsHandler } from "./serve-metrics.ts";
import { createStop, type Listener, type StopSignal } from "./stop.ts";

/** What a runtime provides to a program that listens by itself (Bun and Deno, not Workers). */
export interface Host {
  readonly platform: Platform;
  readonly environment: Environment;
  /** Memory of the process, in bytes. */
  residentBytes(): number;
  connectPostgres(url: string): Promise<Database>;
  listen(handle: Handle, address: { port: number; hostname: string }): Listener | Promise<Listener>;
  /** Calls back at each signal to stop. */
  onStop(handler: (signal: StopSignal) => void): void;
  print(line: string): void;
  printError(line: string): void;
  exit(code: number): never;
  /**
   * Starts several processes to listen in the place of this one, if the settings ask for them and
   * this runtime can. Throws a ConfigError.
   */
  startProcesses?(settings: Settings): Processes | null;
}

/** The processes of `WEB_CONCURRENCY`, seen from the one that starts the others. */
export interface Processes {
  /** Settles with the program's exit code when the last process has ended. */
  readonly ended: Promise<number>;
  /** Passes a signal on to each process. */
  signal(signal: StopSignal): void;
}

/** Answers one request; it never rejects. */
export type Handle = (request: Request) => Promise<Response>;

/** Starts the server, prints where it is, and ends it gracefully when asked. */
export async function start(host: Host): Promise<void> {
  reportUnhandled(host.platform);
  let settings: Settings;
  let metrics: Metrics;
  let app: App;
  try {
    settings = readSettings(host.environment);
    const processes = host.startProcesses?.(settings);
    if (processes) {
      host.onStop(processes.signal);
      host.exit(await processes.ended);
    }
    const { config } = settings;
    metrics = createMetrics({
      version: VERSION,
      platform: host.platform,
      identities: config.METRICS_IDENTITIES,
    });
    const ledger = chooseLedger(config, host.connectPostgres);
    app = createApp(config, host.platform, {
      ledger,
      metrics,
      readAsset: readPage,
      createRedisStores,
      createTracer: await loadTracer(config.env, true),
    });
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    host.printError(thrown.message);
    host.exit(1);
  }
  const { config, development } = settings;
  for (const source of createProcessMetrics(host.residentBytes)) metrics.add(source);
  const background = createBackground();
  let listener: Listener | undefined;
  // Before listening: PID 1 of a container receives only the signals that it handles.
  host.onStop(createStop({ config, app, background, exit: host.exit, listener: () => listener }));

  async function listen(
    handle: Handle,
    [portName, hostName]: readonly ["PORT", "HOST"] | readonly ["METRICS_PORT", "METRICS_HOST"],
  ): Promise<Listener> {
    const port = config[portName];
    const hostname = config[hostName] ?? "::";
    try {
      return await host.listen(handle, { port, hostname });
    } catch (thrown) {
      // Bun and Deno throw errors of their own here; their stack helps nobody.
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      host.printError(
        `Cannot listen on port ${port} (${portName}) of ${hostname} (${hostName}). Set ${portName} to a free port, or ${hostName} to an address of this machine. The system says: ${message}`,
      );
      host.exit(1);
    }
  }

  // Otherwise the first calls would wait for the store's connection, and fail if that takes long.
  await app.prepare();
  listener = await listen((request) => app.fetch(request, background.waitUntil), ["PORT", "HOST"]);
  if (config.METRICS_PORT !== 0)
    await listen(createMetricsHandler(metrics), ["METRICS_PORT", "METRICS_HOST"]);
  const url = `http://${formatHost(config.HOST ?? "::")}:${listener.port}`;
  if (!development) return host.print(`AI server: ${url} (pages: /playground, /dashboard, /docs)`);
  for (const line of await development.greet(url)) host.print(line);
  host.print("With it the server may also listen on a network.");
}

function formatHost(hostname: string): string {
  if (hostname === "::" || hostname === "0.0.0.0") return "localhost";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
