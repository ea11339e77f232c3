import { ConfigError } from "../env/config-error.ts";
import type { Platform } from "../platform.ts";
import { createMemoryAnswers } from "./memory-answers.ts";
import { createMemoryLimitStore } from "./memory-limits.ts";
import { createMemoryRevocations } from "./memory-revocations.ts";
import { createDurableObjectAnswers } from "./object-answers.ts";
import { createDurableObjectLimitStore, type GetStoreObject } from "./object-limits.ts";
import { createDurableObjectRevocations } from "./object-revocations.ts";
import type { CreateRedisStores } from "./redis-stores.ts";
import type { Stores } from "./stores.ts";

/** Beyond so many of the largest answers, the oldest ones in memory lose their content. */
const LARGEST_ANSWERS_IN_MEMORY = 64;

export interface StoreConfig {
  readonly REDIS_URL?: string | undefined;
  readonly STORE_TIMEOUT_MS: number;
  readonly ANSWER_MAX_BYTES: number;
}

/** Where stores may be besides this process's memory; what is absent, this runtime has not. */
export interface StorePlaces {
  readonly createRedisStores?: CreateRedisStores | undefined;
  /** Finds the Durable Object of wrangler.toml. */
  readonly getStoreObject?: GetStoreObject | undefined;
}

/**
 * The stores that are configured: Redis, the Durable Object's binding, or else this process's
 * memory.
 */
export function createStores(
  { REDIS_URL: url, STORE_TIMEOUT_MS: timeoutMs, ANSWER_MAX_BYTES: maxBytes }: StoreConfig,
  { now, connectRedis }: Pick<Platform, "now" | "connectRedis">,
  { createRedisStores, getStoreObject: getObject }: StorePlaces,
): Stores {
  if (url !== undefined) {
    if (!connectRedis || !createRedisStores)
      throw new ConfigError(
        "REDIS_URL",
        "cannot be used on this runtime: remove it, and bind the Durable Object of wrangler.toml",
      );
    return createRedisStores({ connect: () => connectRedis(url, timeoutMs), timeoutMs });
  }
  if (getObject) {
    return {
      kind: "durable_object",
      limits: createDurableObjectLimitStore(getObject, timeoutMs),
      revocations: createDurableObjectRevocations(getObject, timeoutMs),
      answers: createDurableObjectAnswers(getObject, timeoutMs),
    };
  }
  return {
    kind: "memory",
    limits: createMemoryLimitStore(now),
    revocations: createMemoryRevocations(now),
    answers: createMemoryAnswers(now, maxBytes * LARGEST_ANSWERS_IN_MEMORY),
  };
}
