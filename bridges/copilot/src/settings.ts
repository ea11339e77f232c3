/** This program's settings, which come only from the environment. */
export interface Settings {
  /** `COPILOT_BRIDGE_HOST` */
  host: string;
  /** `COPILOT_BRIDGE_PORT` */
  port: number;
  /** `COPILOT_BRIDGE_TOKEN`: what callers must send as a bearer token; null if they need none. */
  secret: string | null;
  /**
   * `COPILOT_GITHUB_TOKEN`, `GH_TOKEN` or `GITHUB_TOKEN`; null if a running runtime has its own.
   */
  gitHubToken: string | null;
  /**
   * `COPILOT_CLI_URL` (`host:port`) and `COPILOT_CLI_TOKEN`: a running Copilot runtime to use; null
   * to start one.
   */
  runtime: { address: string; token: string | null } | null;
  /** `COPILOT_BRIDGE_SILENCE_MS`: a session that has been silent for this long is given up. */
  silenceMs: number;
}

/** In the order in which GitHub's own programs look them up. */
const TOKEN_VARIABLES = ["COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"] as const;
const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);
const DEFAULT_SILENCE_MS = 5 * 60 * 1000;

/**
 * A setting that this program must not start with. The message names the variable and says what to
 * do; it never contains a secret.
 */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const read = (name: string) => env[name]?.trim() || null;
  const address = read("COPILOT_CLI_URL");
  const settings: Settings = {
    host: read("COPILOT_BRIDGE_HOST") ?? "127.0.0.1",
    port: readNumber(read("COPILOT_BRIDGE_PORT"), "COPILOT_BRIDGE_PORT", 0, 65535, 4141),
    secret: readSecret(read("COPILOT_BRIDGE_TOKEN")),
    gitHubToken: readGitHubToken(read),
    runtime: address === null ? null : { address, token: read("COPILOT_CLI_TOKEN") },
    silenceMs: readNumber(
      read("COPILOT_BRIDGE_SILENCE_MS"),
      "COPILOT_BRIDGE_SILENCE_MS",
      100,
      3_600_000,
      DEFAULT_SILENCE_MS,
    ),
  };
  if (settings.gitHubToken === null && settings.runtime === null) {
    throw new SettingsError(
      `Set ${TOKEN_VARIABLES.join(", ")} (the first that is set counts) to a token that may use Copilot: gho_ or ghu_ (\`gh auth token\`), github_pat_ with the permission "Copilot Requests", or ghs_.`,
    );
  }
  if (settings.secret === null && !LOOPBACK.has(settings.host)) {
    throw new SettingsError(
      "COPILOT_BRIDGE_HOST is not a loopback address: set COPILOT_BRIDGE_TOKEN, or anyone who can reach this port can use your Copilot.",
    );
  }
  return settings;
}

function readGitHubToken(read: (name: string) => string | null): string | null {
  for (const name of TOKEN_VARIABLES) {
    const token = read(name);
    if (token === null) continue;
    if (token.startsWith("ghp_")) {
      throw new SettingsError(
        `${name} is a classic personal access token (ghp_), which Copilot refuses. Use the output of \`gh auth token\`, or a fine-grained token (github_pat_) with the permission "Copilot Requests".`,
      );
    }
    if (!/^[\x21-\x7e]+$/.test(token))
      throw new SettingsError(`${name} must be the bare token, without spaces or line breaks.`);
    return token;
  }
  return null;
}

function readSecret(secret: string | null): string | null {
  if (secret !== null && !/^[\x21-\x7e]{16,}$/.test(secret)) {
    throw new SettingsError(
      "COPILOT_BRIDGE_TOKEN must be at least 16 characters without spaces; generate one with: openssl rand -hex 32",
    );
  }
  return secret;
}

function readNumber(
  text: string | null,
  name: string,
  min: number,
  max: number,
  fallback: number,
): number {
  if (text === null) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new SettingsError(`${name} must be a whole number from ${min} to ${max}.`);
}
