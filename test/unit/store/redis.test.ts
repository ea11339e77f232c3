import { afterAll, beforeAll, describe } from "bun:test";
import type { LimitStore } from "../../../src/limits/limit-store.ts";
import { connectBunRedis } from "../../../src/runtimes/bun-redis.ts";
import { createRedisLimitStore } from "../../../src/store/redis.ts";
import { createRedisCommands } from "../../../src/store/redis-commands.ts";
import { hasRedis, type RedisServer, startRedis } from "../../support/redis-server.ts";
import { describeLimitStore } from "./limit-store-contract.ts";

describe.skipIf(!hasRedis)("Redis (needs redis)", () => {
  let redis: RedisServer;
  let store: LimitStore;

  beforeAll(async () => {
    redis = await startRedis();
    const connect = () => connectBunRedis(redis.url, 2000);
    store = createRedisLimitStore(createRedisCommands({ connect, timeoutMs: 5000 }));
  });
  afterAll(() => redis.stop());

  describeLimitStore("Redis", () => store);
});
