import * as z from "zod/mini";
import { type RevocationStore, revocationKey, revocationSchema } from "../auth/revocation.ts";
import type { SendCommand } from "./redis-commands.ts";
import { createScript } from "./redis-eval.ts";
import { StoreError } from "./store-error.ts";

const LIST = "ai:{revocations}:list";
const VERSION = "ai:{revocations}:version";
/** Longer than any token lives. */
const KEEP_MS = 40 * 86_400_000;

/**
 * One step, which may be repeated: drops what is over, adds, and tells the other servers by a new
 * version.
 */
const REVOKE = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local kept = string.match(all[i + 1], '"until":(%d+)')
  if not kept or tonumber(kept) <= now then redis.call('HDEL', KEYS[1], all[i]) end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], time[1] .. '-' .. time[2])
return 1
`;

const bodiesSchema = z.array(z.string());

/** Revocations of all processes that use the same Redis or Valkey. */
export function createRedisRevocations(send: SendCommand): RevocationStore {
  const revoke = createScript(send, REVOKE);
  return {
    async revoke(revocation) {
      const body = JSON.stringify(revocation);
      await revoke([LIST, VERSION], [revocationKey(revocation), body, String(KEEP_MS)]);
    },
    async list(since) {
      const version = (await send("GET", [VERSION])) ?? "none";
      if (version === since) return null;
      if (typeof version !== "string") throw new StoreError("refused", "an answer of another form");
      const bodies = bodiesSchema.safeParse(await send("HVALS", [LIST]));
      if (!bodies.success) throw new StoreError("refused", "an answer of another form");
      const revocations = bodies.data.map((body) => revocationSchema.parse(JSON.parse(body)));
      return { version, revocations };
    },
  };
}
