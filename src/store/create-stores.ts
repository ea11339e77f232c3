import type { RevocationStore } from "../auth/revocation.ts";
import { ConfigError } from "../env/config-error.ts";
import type { LimitStore } from "../limits/limit-store.ts";
import type { Platform } from "../platform.ts";
import { createMemoryLimitStore } from "./memory-limits.ts";
import { createMemoryRevocations } from "./memory-revocations.ts";
import { createDurableObjectLimitStore, type GetStoreObject } from "./object-limits.ts";
import { createDurableObjectRevocations } from "./object-revocations.ts";
import { createRedisCommands } from "./redis-commands.ts";
import { createRedisLimitStore } from "./redis-limits.ts";
import { createRedisRevocations } from "./redis-revocations.ts";

export interface Stores {
  readonly kind: "memory" | "redis" | "durable_object";
  readonly limits: LimitStore;
  readonly revocations: RevocationStore;
}

export interface StoreConfig {
  readonly REDIS_URL?: string | undefined;
  readonly STORE_TIMEOUT_MS: number;
}

/** The stores that are configured: Redis, the Durable Object's binding, or else this process's memory. */
export function createStores(
  { REDIS_URL: url, STORE_TIMEOUT_MS: timeoutMs }: StoreConfig,
  { now, connectRedis }: Pick<Platform, "now" | "connectRedis">,
  getObject: GetStoreObject | undefined,
): Stores {
  if (url !== undefined) {
    if (!connectRedis)
      throw new ConfigError(
        "REDIS_URL",
        "cannot be used on this runtime: remove it, and bind the Durable Object of wrangler.toml",
      );
    const send = createRedisCommands({ connect: () => connectRedis(url, timeoutMs), timeoutMs });
    return {
      kind: "redis",
      limits: createRedisLimitStore(send),
      revocations: createRedisRevocations(send),
    };
  }
  if (getObject) {
    return {
      kind: "durable_object",
      limits: createDurableObjectLimitStore(getObject, timeoutMs),
      revocations: createDurableObjectRevocations(getObject, timeoutMs),
    };
  }
  return {
    kind: "memory",
    limits: createMemoryLimitStore(now),
    revocations: createMemoryRevocations(now),
  };
}
