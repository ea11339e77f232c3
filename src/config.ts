import "./errors/schema-messages.ts";
import * as z from "zod/mini";
import { answersEnv } from "./answers/env.ts";
import { authEnv, policyEnv } from "./auth/env.ts";
import { catalogEnv } from "./catalog/overrides.ts";
import { ConfigError } from "./env/config-error.ts";
import { unquote } from "./env/unquote.ts";
import { wholeNumber } from "./env/whole-number.ts";
import { MAX_BODY_DEPTH } from "./json/parse-strict-json.ts";
import { ledgerEnv } from "./ledger/env.ts";
import { limitsEnv } from "./limits/env.ts";
import { providersEnv } from "./routing/create-providers.ts";
import { routingEnv } from "./routing/env.ts";
import { storeEnv } from "./store/env.ts";
import { telemetryEnv } from "./telemetry/env.ts";
import { LOG_LEVELS } from "./telemetry/log.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const serverEnv = {
  PORT: wholeNumber(0, 65535, 3000).check(
    z.describe(
      "Port to listen on (Bun, Deno); `npm run dev:workers` has the default 8787. 0 takes a free one.",
    ),
  ),
  HOST: z
    .optional(z.string())
    .check(
      z.describe(
        "Address to listen on (Bun, Deno). Default: `::` (IPv6 and IPv4); in development mode " +
          "`127.0.0.1`.",
      ),
    ),
  WEB_CONCURRENCY: wholeNumber(1, 64, 1).check(
    z.describe(
      "How many processes listen on the port together, one for each core (Bun). With more than one, " +
        "`REDIS_URL` must be set, and `LEDGER_FILE` to a file or to `off`, or `DATABASE_URL`. Their " +
        "metrics are on `METRICS_PORT` and the ports after it, one for each process.",
    ),
  ),
  NODE_ENV: z
    .optional(z.string())
    .check(
      z.describe(
        "`production` turns development mode off: without a JWT key, `/chat` then answers 503. " +
          "Workers are always in production.",
      ),
    ),
  LOG_LEVEL: z
    ._default(z.enum(LOG_LEVELS), "info")
    .check(
      z.describe(
        "Lowest level that is logged; `info` is one line per request, `off` logs nothing.",
      ),
    ),
  CORS_ORIGINS: z
    .optional(z.string())
    .check(
      z.describe(
        "Origins of web pages that may call this server, separated by commas. Default: none; " +
          "callers are usually servers.",
      ),
    ),
  MAX_BODY_BYTES: wholeNumber(1024, 64 * 1024 * 1024, 4 * 1024 * 1024).check(
    z.describe("Largest request body, in bytes; a larger one gets a 413."),
  ),
  MAX_JSON_DEPTH: wholeNumber(8, 1000, MAX_BODY_DEPTH).check(
    z.describe("How deep lists and objects in a request body may be nested."),
  ),
  BODY_TIMEOUT_MS: wholeNumber(10, 10 * MINUTE, 15 * SECOND).check(
    z.describe("How long a request body may take to arrive, in milliseconds."),
  ),
  HEARTBEAT_MS: wholeNumber(20, MINUTE, 5 * SECOND).check(
    z.describe(
      "Longest silence on a stream, in milliseconds, before a comment is sent. On Workers, sending " +
        "it is also how the server notices that a caller left.",
    ),
  ),
  COMMIT_AFTER_MS: wholeNumber(0, 5 * MINUTE, 5 * SECOND).check(
    z.describe(
      "How long a stream's headers wait for the first content, in milliseconds. Until then a " +
        "failure can be retried, and has its own HTTP status.",
    ),
  ),
  CLIENT_STALL_MS: wholeNumber(50, 60 * MINUTE, 30 * SECOND).check(
    z.describe(
      "How long a caller may leave a stream unread, in milliseconds, before the server gives it up.",
    ),
  ),
  UPSTREAM_HEADERS_TIMEOUT_MS: wholeNumber(10, 60 * MINUTE, 5 * MINUTE).check(
    z.describe("How long a provider may take to begin a streamed answer, in milliseconds."),
  ),
  UPSTREAM_ANSWER_TIMEOUT_MS: wholeNumber(10, 60 * MINUTE, 10 * MINUTE).check(
    z.describe("How long a provider may take for a whole (not streamed) answer, in milliseconds."),
  ),
  UPSTREAM_IDLE_TIMEOUT_MS: wholeNumber(10, 60 * MINUTE, 90 * SECOND).check(
    z.describe("How long a provider's stream may be silent, in milliseconds."),
  ),
  UPSTREAM_PROGRESS_TIMEOUT_MS: wholeNumber(10, 60 * MINUTE, 5 * MINUTE).check(
    z.describe(
      "How long a provider's stream may send nothing but comments and pings, in milliseconds.",
    ),
  ),
  UPSTREAM_TOTAL_TIMEOUT_MS: wholeNumber(10, 24 * 60 * MINUTE, 30 * MINUTE).check(
    z.describe("How long a provider's stream may last, in milliseconds."),
  ),
  SIGNATURE_MEMORY_TURNS: wholeNumber(0, 1_000_000, 2000).check(
    z.describe(
      "How many recent answers with tool calls are remembered, for an hour at most and by the caller's subject, with their reasoning and signatures, for clients that send back nothing but the calls. At most 16 million letters are kept. 0: none.",
    ),
  ),
  SHUTDOWN_DELAY_MS: wholeNumber(0, MINUTE, SECOND).check(
    z.describe(
      "How long the server goes on listening after SIGTERM while `/health` and new calls get a 503, in milliseconds (Bun, Deno). It is part of the grace.",
    ),
  ),
  SHUTDOWN_GRACE_MS: wholeNumber(0, 5 * MINUTE, 20 * SECOND).check(
    z.describe(
      "How long running streams may continue after SIGTERM (Bun, Deno), in milliseconds, before " +
        "they end with `shutting_down`.",
    ),
  ),
};

/**
 * Every variable that the server reads, with its meaning. docs/configuration.md is generated from
 * it.
 */
export const envSchema = z.object({
  ...serverEnv,
  ...authEnv,
  ...telemetryEnv,
  ...ledgerEnv,
  ...policyEnv,
  ...limitsEnv,
  ...storeEnv,
  ...answersEnv,
  ...catalogEnv,
  ...routingEnv,
  ...providersEnv,
});
/** The environment as text: names → trimmed, unquoted, non-empty values. */
export type Env = Readonly<Record<string, string>>;

/**
 * The parsed value of each variable under the variable's own name, and what is derived from them.
 */
export interface Config extends z.infer<typeof envSchema> {
  /** The raw environment: a compatible server's key may be in a variable of any name. */
  readonly env: Env;
  readonly corsOrigins: readonly string[];
}

/**
 * Taken literally, and never treated as unset: Joken uses the secret's exact text, and an empty one
 * must not turn a check off.
 */
const RAW_VARIABLES: ReadonlySet<string> = new Set([
  "JWT_SECRET",
  "JWT_PUBLIC_KEY",
  "JWT_KEYS",
  "JWT_ISSUER",
  "JWT_AUDIENCE",
]);

/**
 * The environment's strings → Config. White space and quotes around a value are removed and empty
 * variables count as unset, except for the variables of the JWT key. Throws a ConfigError that
 * names the variable, never its value.
 */
export function loadConfig(environment: Readonly<Record<string, unknown>>): Config {
  const env: Record<string, string> = {};
  for (const [name, given] of Object.entries(environment)) {
    // wrangler.toml may give a Worker numbers and booleans; its other bindings are objects, and not
    // settings.
    const value = typeof given === "number" || typeof given === "boolean" ? String(given) : given;
    if (typeof value !== "string") continue;
    if (RAW_VARIABLES.has(name)) env[name] = value;
    else {
      const text = unquote(value);
      if (text !== "") env[name] = text;
    }
  }
  // What zod would compile for this schema is used once, and takes three times as long as the rest.
  const result = envSchema.safeParse(env, { error: explainIssue, jitless: true });
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new ConfigError(
      String(issue?.path[0] ?? "configuration"),
      issue?.message ?? "is not valid",
    );
  }
  return { ...result.data, env, corsOrigins: parseOrigins(result.data.CORS_ORIGINS) };
}

/**
 * Replaces zod's message for a closed list; null keeps the message. Messages of the variables' own
 * schemas don't come through here.
 */
function explainIssue(issue: z.core.$ZodRawIssue): string | null {
  return issue.code === "invalid_value" ? `must be one of ${issue.values.join(", ")}` : null;
}

function parseOrigins(value: string | undefined): string[] {
  if (value === undefined) return [];
  return value.split(",").map((text) => {
    const origin = text.trim();
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new ConfigError(
        "CORS_ORIGINS",
        "must be a list of origins such as https://app.example.com, separated by commas",
      );
    }
    return origin;
  });
}
