import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { LimitStore } from "../../../src/limits/limit-store.ts";
import { createLimiter } from "../../../src/limits/limiter.ts";
import { connectBunRedis } from "../../../src/runtimes/bun-redis.ts";
import { createMemoryLimitStore } from "../../../src/store/memory-limits.ts";
import { createRedisAnswers } from "../../../src/store/redis-answers.ts";
import { createRedisCommands, type SendCommand } from "../../../src/store/redis-commands.ts";
import { createRedisLimitStore } from "../../../src/store/redis-limits.ts";
import { createRedisRevocations } from "../../../src/store/redis-revocations.ts";
import { concurrent, money, rate } from "../../support/limit-buckets.ts";
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

  test("a call with three limits takes two round trips", async () => {
    const fail = (reason: string | null) => {
      throw new Error(`the store failed: ${reason}`);
    };
    // A hash that is not known yet costs a third, once.
    await store.read([]);
    const sent: string[] = [];
    const limiter = createLimiter({
      store: createRedisLimitStore((command, args) => {
        sent.push(command);
        return send(command, args);
      }),
      fallback: createMemoryLimitStore(Date.now),
      failure: "closed",
      now: Date.now,
      report: fail,
      reportLost: fail,
    });
    const buckets = [rate("requests", 9, 60_000), concurrent(9), money(9000)].map((bucket) => ({
      ...bucket,
      home: "two-trips",
    }));
    const reserved = await limiter.reserve("call", buckets, { tokens: 1, microUsd: 1 }, () => {});
    await reserved.settle({ tokens: 1, microUsd: 1 });
    expect(sent).toEqual(["EVALSHA", "EVALSHA"]);
  });

  describeLimitStore("Redis", () => store);
  describeAnswerStore("Redis", () => createRedisAnswers(send));
  describeRevocationStore("Redis", () => createRedisRevocations(send));
});
