import * as z from "zod/mini";
import { wholeNumber } from "../env/whole-number.ts";

const redisUrl = z.string().check(
  z.refine(isRedisUrl, {
    message:
      "must be a URL such as rediss://user:password@host:6379/0, with special characters of the password percent-encoded",
  }),
);

function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash } = new URL(text);
  const isPlain = search === "" && hash === "" && /^\/?\d{0,4}$/.test(pathname);
  return /^rediss?:$/.test(protocol) && hostname !== "" && isPlain;
}

export const storeEnv = {
  REDIS_URL: z
    .optional(redisUrl)
    .check(
      z.describe(
        "A Redis (6.2 or later) or Valkey server in which several processes keep limits and " +
          "revocations together, as `redis://` or, with TLS, `rediss://` (Bun, Deno). Default: each " +
          "process counts for itself. On Workers the store is the Durable Object of wrangler.toml.",
      ),
    ),
  STORE_TIMEOUT_MS: wholeNumber(10, 60_000, 250).check(
    z.describe(
      "How long the store may take for an operation, in milliseconds, connecting included.",
    ),
  ),
  STORE_FAILURE: z
    ._default(z.enum(["closed", "open"]), "closed")
    .check(
      z.describe(
        "What happens while the store cannot be reached. `closed`: calls with a budget get a 503 " +
          "`store_unavailable`. `open`: they are let through, counted by this process alone. Rates " +
          "are counted by this process alone in both cases. Calls whose answer is to be kept are " +
          "refused or made without keeping it in the same way.",
      ),
    ),
};
