import { type App, createApp } from "../app.ts";
import { type Config, loadConfig } from "../config.ts";
import { ConfigError } from "../env/config-error.ts";
import type { Platform } from "../platform.ts";
import { createBackground } from "./background.ts";
import { type Development, type Environment, enterDevelopment } from "./development.ts";
import { createStop, type Listener, type StopSignal } from "./stop.ts";

/** What a runtime provides to a program that listens by itself (Bun and Deno, not Workers). */
export interface Host {
  readonly platform: Platform;
  readonly environment: Environment;
  listen(handle: Handle, address: { port: number; hostname: string }): Listener | Promise<Listener>;
  /** Calls back at each signal to stop. */
  onStop(handler: (signal: StopSignal) => void): void;
  print(line: string): void;
  printError(line: string): void;
  exit(code: number): never;
}

/** Answers one request; it never rejects. */
export type Handle = (request: Request) => Promise<Response>;

/** Starts the server, prints where it is, and ends it gracefully when asked. */
export async function start(host: Host): Promise<void> {
  let development: Development | null;
  let config: Config;
  let app: App;
  try {
    development = enterDevelopment(host.environment);
    config = loadConfig(development?.environment ?? host.environment);
    app = createApp(config, host.platform);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    host.printError(thrown.message);
    host.exit(1);
  }
  const background = createBackground();
  let listener: Listener | undefined;
  // Before listening: PID 1 of a container receives only the signals that it handles.
  host.onStop(createStop({ config, app, background, exit: host.exit, listener: () => listener }));

  const hostname = config.HOST ?? "::";
  const port = config.PORT;
  // Otherwise the first calls would wait for the connection, and be refused if it takes longer.
  await app.prepare();
  try {
    listener = await host.listen((request) => app.fetch(request, background.waitUntil), {
      port,
      hostname,
    });
  } catch (thrown) {
    // Bun and Deno throw errors of their own here; their stack helps nobody.
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    host.printError(`Cannot listen on port ${port} (PORT) of ${hostname} (HOST): ${message}`);
    host.exit(1);
  }
  const url = `http://${formatHost(hostname)}:${listener.port}`;
  for (const line of (await development?.greet(url)) ?? [`AI server: ${url}`]) host.print(line);
}

function formatHost(hostname: string): string {
  if (hostname === "::" || hostname === "0.0.0.0") return "localhost";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
