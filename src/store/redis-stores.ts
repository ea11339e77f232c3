import { createRedisAnswers } from "./redis-answers.ts";
import { createRedisCommands, type RedisOptions } from "./redis-commands.ts";
import { createRedisLimitStore } from "./redis-limits.ts";
import { createRedisRevocations } from "./redis-revocations.ts";
import type { Stores } from "./stores.ts";

/** The stores on one Redis or Valkey server. */
export function createRedisStores(options: RedisOptions): Stores {
  const send = createRedisCommands(options);
  return {
    kind: "redis",
    limits: createRedisLimitStore(send),
    revocations: createRedisRevocations(send),
    answers: createRedisAnswers(send),
  };
}

export type CreateRedisStores = typeof createRedisStores;
