import { makeSecret, mintToken } from "../auth/mint-token.ts";
import { loadConfig } from "../config.ts";
import { ConfigError } from "../env/config-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of a server in development mode. */
export interface Development {
  /** With a JWT key made for this run. */
  readonly environment: Environment;
  /** The lines to print once the server listens at `url`: a call that works among them. */
  greet(url: string): Promise<string[]>;
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

/**
 * Without a JWT key, and not in production, a server is in development mode: it has a key for this run, and must listen on loopback
 * only; it is never open to a network without a key of the operator's. Null where that is not so.
 */
export function enterDevelopment(environment: Environment): Development | null {
  const config = loadConfig(environment);
  const { JWT_SECRET, JWT_PUBLIC_KEY, NODE_ENV, HOST } = config;
  if (JWT_SECRET !== undefined || JWT_PUBLIC_KEY !== undefined || NODE_ENV === "production")
    return null;
  if (HOST !== undefined && !LOOPBACK.has(HOST)) {
    throw new ConfigError(
      "HOST",
      "must be a loopback address while there is no JWT key; set JWT_SECRET to listen on a network",
    );
  }
  const secret = makeSecret();
  return {
    environment: { ...environment, HOST: HOST ?? "127.0.0.1", JWT_SECRET: secret },
    async greet(url) {
      const token = await mintToken({
        secret,
        issuer: config.JWT_ISSUER,
        audience: config.JWT_AUDIENCE,
        subject: "developer",
        lifetimeSeconds: Math.min(config.JWT_MAX_LIFETIME_SECONDS, 12 * 3600),
        now: Date.now(),
      });
      return [
        `AI server in development mode: ${url} (loopback only, with a JWT key made for this run)`,
        "",
        "Try it:",
        "",
        `curl ${url}/chat -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '{"provider":"echo","messages":[{"role":"user","content":"Hello"}]}'`,
        "",
        'For a stream add "stream":true and call it by curl -N. GET /providers says which providers have a key; docs are at /docs.',
        "To keep one key over restarts, and to listen on a network, set JWT_SECRET (32 bytes or more) in the environment or in .env.",
      ];
    },
  };
}
