import type { AnswerStore } from "../answers/answer-store.ts";
import type { RevocationStore } from "../auth/revocation.ts";
import { ConfigError } from "../env/config-error.ts";
import type { LimitStore } from "../limits/limit-store.ts";
import type { Platform } from "../platform.ts";
import { createMemoryAnswers } from "./memory-answers.ts";
import { createMemoryLimitStore } from "./memory-limits.ts";
import { createMemoryRevocations } from "./memory-revocations.ts";
import { createDurableObjectAnswers } from "./object-answers.ts";
import { createDurableObjectLimitStore, type GetStoreObject } from "./object-limits.ts";
import { createDurableObjectRevocations } from "./object-revocations.ts";
import { createRedisAnswers } from "./redis-answers.ts";
import { createRedisCommands } from "./redis-commands.ts";
import { createRedisLimitStore } from "./redis-limits.ts";
import { createRedisRevocations } from "./redis-revocations.ts";

/** Beyond so many of the largest answers, the oldest ones in memory lose their content. */
const LARGEST_ANSWERS_IN_MEMORY = 64;

export interface Stores {
  readonly kind: "memory" | "redis" | "durable_object";
  readonly limits: LimitStore;
  readonly revocations: RevocationStore;
  readonly answers: AnswerStore;
}

export interface StoreConfig {
  readonly REDIS_URL?: string | undefined;
  readonly STORE_TIMEOUT_MS: number;
  readonly ANSWER_MAX_BYTES: number;
}

/**
 * The stores that are configured: Redis, the Durable Object's binding, or else this process's
 * memory.
 */
export function createStores(
  { REDIS_URL: url, STORE_TIMEOUT_MS: timeoutMs, ANSWER_MAX_BYTES: maxBytes }: StoreConfig,
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
      answers: createRedisAnswers(send),
    };
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
