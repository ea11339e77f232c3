/**
 * npm run token -- --sub app --ttl 1h [--policy policy.json] [--scope …] [--claim name=value]…
 * npm run token -- inspect TOKEN
 *
 * Mints a token for the JWT_SECRET in the environment or in `.env` (which Bun reads) and prints
 * only the token to standard output.
 */
import { parseArgs } from "node:util";
import { createAuthenticator } from "../../src/auth/create-authenticator.ts";
import { parseAuthConfig } from "../../src/auth/env.ts";
import { mintToken } from "../../src/auth/mint-token.ts";
import { ConfigError } from "../../src/env/config-error.ts";
import { inspectToken } from "./inspect-token.ts";
import { parseClaims, parseTtl, readPolicyFile, UsageError } from "./token-options.ts";

const USAGE = `npm run token -- [--sub NAME] [--ttl 30m|1h|1d] [--policy FILE] [--scope WORDS] [--issuer TEXT] [--audience TEXT] [--claim NAME=VALUE]…
npm run token -- inspect TOKEN

--sub       who the token is for; it is named in the log (default: app)
--ttl       how long it is valid: a number with s, m, h or d (default: 1h; at most JWT_MAX_LIFETIME_SECONDS)
--policy    a JSON file with what the token may use: its ai claim (docs/limits.md)
--scope     as "chat usage:read"; "admin" sees all calls and may revoke tokens (default: chat usage:read)
--issuer    default: JWT_ISSUER
--audience  default: JWT_AUDIENCE
--claim     a further claim; a value that is JSON is taken as JSON. May be given several times.

inspect     explains a token: what it says, whether these settings accept it, and what it may use
`;

async function run(): Promise<string> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sub: { type: "string", default: "app" },
      ttl: { type: "string", default: "1h" },
      issuer: { type: "string" },
      audience: { type: "string" },
      policy: { type: "string" },
      scope: { type: "string" },
      claim: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return USAGE;
  const env = parseAuthConfig(process.env);
  const [command, token, ...rest] = positionals;
  if (command === "inspect" && token !== undefined && rest.length === 0)
    return inspectToken(token, env, Date.now());
  if (command !== undefined) throw new UsageError("The only command is: inspect TOKEN");
  createAuthenticator(env, { fetch, now: Date.now });
  if (env.JWT_PUBLIC_KEY !== undefined) {
    throw new ConfigError(
      "JWT_PUBLIC_KEY",
      "is set, so only the holder of its private key can mint tokens for this server.",
    );
  }
  if (env.JWT_SECRET === undefined) {
    throw new ConfigError(
      "JWT_SECRET",
      "is not set, neither in the environment nor in .env. Make one with: openssl rand -base64 48\n" +
        "(In development mode, without a key, npm start makes one for its run and prints a token itself.)",
    );
  }
  const lifetimeSeconds = parseTtl(values.ttl);
  if (lifetimeSeconds > env.JWT_MAX_LIFETIME_SECONDS) {
    throw new UsageError(
      `--ttl is longer than JWT_MAX_LIFETIME_SECONDS (${env.JWT_MAX_LIFETIME_SECONDS} s): the server would refuse the token.`,
    );
  }
  return mintToken({
    secret: env.JWT_SECRET,
    issuer: values.issuer ?? env.JWT_ISSUER,
    audience: values.audience ?? env.JWT_AUDIENCE,
    subject: values.sub,
    lifetimeSeconds,
    now: Date.now(),
    keyId: env.JWT_KEY_ID,
    claims: {
      ...parseClaims(values.claim),
      ...(values.policy === undefined ? {} : { ai: readPolicyFile(values.policy) }),
      ...(values.scope === undefined ? {} : { scope: values.scope }),
    },
  });
}

try {
  process.stdout.write(`${(await run()).trimEnd()}\n`);
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && "code" in error);
  if (!isUsage && !(error instanceof ConfigError)) throw error;
  process.stderr.write(isUsage ? `${error.message}\n\n${USAGE}` : `${error.message}\n`);
  process.exitCode = 1;
}
