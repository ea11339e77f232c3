import { type App, createApp } from "../app.ts";
import { makeSecret, mintToken } from "../auth/mint-token.ts";
import { type Config, loadConfig } from "../config.ts";
import type { Platform } from "../context.ts";
import { ConfigError } from "../env/config-error.ts";

/** What a runtime gives to a program that listens by itself (Bun, Deno; not Workers). */
export interface Host {
  readonly platform: Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  listen(app: App, address: { port: number; hostname: string }): Listener | Promise<Listener>;
  /** Calls back at each request to stop (SIGTERM, SIGINT). */
  onStop(handler: () => void): void;
  print(line: string): void;
  printError(line: string): void;
  exit(code: number): never;
}

export interface Listener {
  readonly port: number;
  /** Takes no new connection; settles when the last answer has ended. */
  stop(): Promise<void>;
}

/** Starts the server, prints where it is, and ends it gracefully when asked. */
export async function start(host: Host): Promise<void> {
  let prepared: Prepared;
  let app: App;
  try {
    prepared = prepare(host.environment);
    app = createApp(prepared.config, host.platform);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    host.printError(thrown.message);
    host.exit(1);
  }
  const { hostname, config } = prepared;
  const listener = await host.listen(app, { port: config.env.PORT, hostname });
  for (const line of await prepared.greet(`http://${formatHost(hostname)}:${listener.port}`)) host.print(line);

  let stopping = false;
  host.onStop(async () => {
    // A second signal does not wait.
    if (stopping) host.exit(0);
    stopping = true;
    const timer = setTimeout(app.shutDown, config.env.SHUTDOWN_GRACE_MS);
    await listener.stop();
    clearTimeout(timer);
    host.exit(0);
  });
}

interface Prepared {
  config: Config;
  hostname: string;
  /** The lines to print once the server listens at `url`. */
  greet(url: string): Promise<string[]>;
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

/**
 * Without a JWT key, and not in production, the server is in development mode: it makes a key for this run, listens on loopback
 * only, and prints a call that works. It is never open to a network without a key of the operator's.
 */
function prepare(environment: Host["environment"]): Prepared {
  const config = loadConfig(environment);
  const { JWT_SECRET, JWT_PUBLIC_KEY, NODE_ENV, HOST } = config.env;
  if (JWT_SECRET !== undefined || JWT_PUBLIC_KEY !== undefined || NODE_ENV === "production") {
    return { config, hostname: HOST ?? "::", greet: async (url) => [`AI server: ${url}`] };
  }
  if (HOST !== undefined && !LOOPBACK.has(HOST)) {
    throw new ConfigError("HOST", "must be a loopback address while there is no JWT key; set JWT_SECRET to listen on a network");
  }
  const secret = makeSecret();
  return {
    config: loadConfig({ ...environment, JWT_SECRET: secret }),
    hostname: HOST ?? "127.0.0.1",
    greet: (url) => greetDeveloper(url, secret, config),
  };
}

async function greetDeveloper(url: string, secret: string, { env }: Config): Promise<string[]> {
  const token = await mintToken({
    secret,
    issuer: env.JWT_ISSUER,
    audience: env.JWT_AUDIENCE,
    subject: "developer",
    lifetimeSeconds: Math.min(env.JWT_MAX_LIFETIME_SECONDS, 12 * 3600),
    now: Date.now(),
  });
  return [
    `AI server in development mode: ${url} (loopback only, with a JWT key made for this run)`,
    "",
    "Try it:",
    "",
    `curl ${url}/chat -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '{"provider":"echo","messages":[{"role":"user","content":"Hello"}]}'`,
    "",
    'For a stream add "stream":true and call it by curl -N. GET /providers says which providers have a key.',
    "To keep one key over restarts, and to listen on a network, set JWT_SECRET (32 bytes or more) in the environment or in .env.",
  ];
}

function formatHost(hostname: string): string {
  if (hostname === "::" || hostname === "0.0.0.0") return "localhost";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
