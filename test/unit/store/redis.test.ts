import { afterAll, beforeAll, describe } from "bun:test";
import type { LimitStore } from "../../../src/limits/limit-store.ts";
import { connectBunRedis } from "../../../src/runtimes/bun-redis.ts";
import { createRedisAnswers } from "../../../src/store/redis-answers.ts";
import { createRedisCommands, type SendCommand } from "../../../src/store/redis-commands.ts";
import { createRedisLimitStore } from "../../../src/store/redis-limits.ts";
import { createRedisRevocations } from "../../../src/store/redis-revocations.ts";
import { hasRedis, type RedisServer, startRedis } from "../../support/redis-server.ts";
import { describeAnswerStore } from "./answer-store-contract.ts";
import { describeLimitStore } from "./limit-store-contract.ts";
import { describeRevocationStore } from "./revocation-store-contract.ts";

describe.skipIf(!hasRedis)("Redis (needs redis)", () => {
  let redis: RedisServer;
  let send: SendCommand;
  let store: LimitStore;

  beforeAll(async () => {
    redis = await startRedis();
    const connect = () => connectBunRedis(redis.url, 2000);
    send = createRedisCommands({ connect, timeoutMs: 5000 });
    store = createRedisLimitStore(send);
  });
  afterAll(() => redis.stop());

  describeLimitStore("Redis", () => store);
  describeAnswerStore("Redis", () => createRedisAnswers(send));
  describeRevocationStore("Redis", () => createRedisRevocations(send));
});
