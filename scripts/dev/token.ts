/**
 * npm run token -- --sub app --ttl 1h [--issuer …] [--audience …] [--claim name=value]…
 *
 * Mints a token for the JWT_SECRET in the environment or in `.env` (which Bun reads) and prints
 * only the token to standard output.
 */
import { parseArgs } from "node:util";
import { createAuthenticator } from "../../src/auth/create-authenticator.ts";
import { parseAuthConfig } from "../../src/auth/env.ts";
import { mintToken } from "../../src/auth/mint-token.ts";
import { ConfigError } from "../../src/env/config-error.ts";
import { parseClaims, parseTtl, UsageError } from "./token-options.ts";

const USAGE = `npm run token -- [--sub NAME] [--ttl 30m|1h|1d] [--issuer TEXT] [--audience TEXT] [--claim NAME=VALUE]…

--sub       who the token is for; it is named in the log (default: app)
--ttl       how long it is valid: a number with s, m, h or d (default: 1h; at most JWT_MAX_LIFETIME_SECONDS)
--issuer    default: JWT_ISSUER
--audience  default: JWT_AUDIENCE
--claim     a further claim; a value that is JSON is taken as JSON. May be given several times.
`;

async function run(): Promise<string> {
  const { values } = parseArgs({
    options: {
      sub: { type: "string", default: "app" },
      ttl: { type: "string", default: "1h" },
      issuer: { type: "string" },
      audience: { type: "string" },
      claim: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return USAGE;
  const env = parseAuthConfig(process.env);
  createAuthenticator(env, { now: Date.now });
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
    claims: parseClaims(values.claim),
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
