import { KEY_VARIABLES } from "../auth/create-authenticator.ts";
import { makeSecret, mintToken } from "../auth/mint-token.ts";
import { type Config, loadConfig } from "../config.ts";
import { ConfigError } from "../env/config-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of a program that listens by itself. */
export interface Settings {
  readonly config: Config;
  /** Null unless it is in development mode; a JWT key for this run is then among the settings. */
  readonly development: Development | null;
}

/** What a server in development mode has besides. */
export interface Development {
  /** The lines to print once the server listens at `url`, with a call that works. */
  greet(url: string): Promise<string[]>;
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

/**
 * A server without a JWT key that is not in production is in development mode: it gets a key for
 * this run, and listens on loopback only. It is never open to a network without a key of the
 * operator's. Throws a ConfigError.
 */
export function readSettings(environment: Environment): Settings {
  const config = loadConfig(environment);
  const { NODE_ENV, HOST } = config;
  const hasKey = KEY_VARIABLES.some((name) => config[name] !== undefined);
  if (hasKey || NODE_ENV === "production") return { config, development: null };
  if (HOST !== undefined && !LOOPBACK.has(HOST)) {
    throw new ConfigError(
      "HOST",
      "must be a loopback address while there is no JWT key; set JWT_SECRET to listen on a network",
    );
  }
  const secret = makeSecret();
  const development = createDevelopment(config, secret);
  const own = { METRICS_HOST: "127.0.0.1", HOST: HOST ?? "127.0.0.1", JWT_SECRET: secret };
  return { config: loadConfig({ ...environment, ...own }), development };
}

function createDevelopment(config: Config, secret: string): Development {
  return {
    async greet(url) {
      const token = await mintToken({
        secret,
        issuer: config.JWT_ISSUER,
        audience: config.JWT_AUDIENCE,
        subject: "developer",
        // Whoever sees this terminal may see everything of this run.
        claims: { scope: "admin" },
        lifetimeSeconds: Math.min(config.JWT_MAX_LIFETIME_SECONDS, 12 * 3600),
        now: Date.now(),
      });
      // In the fragment, which no browser sends to a server.
      const signedIn = `#token=${token}`;
      return [
        `AI server in development mode: ${url} (loopback only, with a JWT key for this run)`,
        "",
        "Try it:",
        "",
        `curl ${url}/chat -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '{"provider":"echo","messages":[{"role":"user","content":"Hello"}]}'`,
        "",
        'For a stream, add "stream":true and use curl -N. GET /providers lists the providers, and what each one lacks.',
        "",
        `Playground: ${url}/playground${signedIn}`,
        `Dashboard:  ${url}/dashboard${signedIn}`,
        `API:        ${url}/docs`,
        "",
        "To keep the key across restarts, set JWT_SECRET (32 bytes or more) in the environment or in .env.",
      ];
    },
  };
}
