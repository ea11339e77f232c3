import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expiresAt } from "../../../src/limits/apply.ts";
import type { Bucket } from "../../../src/limits/bucket.ts";
import { DAY_MS } from "../../../src/limits/calendar.ts";
import type { LimitStore } from "../../../src/limits/limit-store.ts";
import { connectBunRedis } from "../../../src/runtimes/bun-redis.ts";
import { createMemoryLimitStore } from "../../../src/store/memory-limits.ts";
import { createRedisCommands, type SendCommand } from "../../../src/store/redis-commands.ts";
import { createRedisLimitStore } from "../../../src/store/redis-limits.ts";
import { concurrent, money, rate } from "../../support/limit-buckets.ts";
import { createRandom } from "../../support/random.ts";
import { hasRedis, type RedisServer, startRedis } from "../../support/redis-server.ts";

/**
 * Later than the server's own clock, so that nothing expires by itself in the midst of a history.
 */
const START = Date.parse("2048-02-27T22:00:00Z");

const HOUR_MS = 3_600_000;
/** What Redis tells of a key that it does not have. */
const NO_KEY = -2;

describe.skipIf(!hasRedis)("the Redis script (needs redis)", () => {
  let redis: RedisServer;
  let send: SendCommand;

  beforeAll(async () => {
    redis = await startRedis();
    send = createRedisCommands({
      connect: () => connectBunRedis(redis.url, 2000),
      timeoutMs: 5000,
    });
  });
  afterAll(() => redis.stop());

  /** The script as it is, but for its clock, which is two keys here. */
  const withClock: SendCommand = (command, [script = "", ...args]) => {
    if (command === "EVALSHA") return Promise.reject(new Error("NOSCRIPT No matching script."));
    const clocked = script.replace("redis.call('TIME')", "redis.call('MGET', 'seconds', 'micros')");
    if (clocked === script) throw new Error("the script reads no clock");
    return send(command, [clocked, ...args]);
  };

  /** When a bucket's sum and its leases expire, in milliseconds since 1970, or `NO_KEY`. */
  async function keptUntil({ home, key }: Bucket): Promise<[sum: number, leases: number]> {
    const name = `ai:{${home}}:${key}`;
    const [sum, leases] = await Promise.all([
      send("PEXPIRETIME", [name]),
      send("PEXPIRETIME", [`${name}:leases`]),
    ]);
    return [Number(sum), Number(leases)];
  }

  function bucketsOf(home: string, random: ReturnType<typeof createRandom>): Bucket[] {
    return [
      rate("requests", random.int(1, 9), random.pick([1000, 60_000]), { home }),
      rate(
        "tokens",
        random.pick([7, 1000, 1_000_000_000]),
        random.pick([60_000, DAY_MS, 31 * DAY_MS]),
        { home },
      ),
      concurrent(random.int(0, 4), { home }),
      money(random.int(0, 3000), "day", { home }),
      money(random.int(1000, 9000), "month", { home, shadow: random.next() < 0.3 }),
      // A budget without a period ends with its row, by the clock of Redis itself.
      money(random.int(1000, 9000), "none", { home, endsAt: START + 400 * DAY_MS }),
    ].filter(() => random.next() < 0.7);
  }

  test("says the same as the arithmetic in TypeScript on 60 random histories", async () => {
    const redisStore = createRedisLimitStore(withClock);
    for (let seed = 1; seed <= 60; seed++) {
      const random = createRandom(seed);
      let now = START + random.int(0, 40 * DAY_MS);
      const memory = createMemoryLimitStore(() => now);
      const buckets = bucketsOf(`history-${seed}`, random);
      // A settled call is remembered longer in Redis than in memory, so none comes again late.
      let lastCall = 0;
      for (let step = 0; step < 40; step++) {
        now += random.int(random.pick([0, 0, -2000]), random.pick([10, 5000, 61_000, DAY_MS]));
        const micros = String((now % 1000) * 1000 + random.int(0, 999));
        await send("MSET", ["seconds", String(Math.floor(now / 1000)), "micros", micros]);
        if (random.next() < 0.6) lastCall += 1;
        const call = `${seed}-${lastCall}`;
        const entries = buckets.map((bucket) => ({
          bucket,
          amount: bucket.kind === "usd" || bucket.kind === "tokens" ? random.int(0, 900) : 1,
        }));
        const operate = (store: LimitStore) => {
          const request = { call, entries };
          switch (operation) {
            case "hold":
              return store.hold(request);
            case "settle":
              return store.settle(request);
            case "read":
              return store.read(entries);
          }
        };
        const operation = random.pick(["hold", "hold", "settle", "read"] as const);
        if (operation === "settle") lastCall += 1;
        const [inRedis, inMemory] = await Promise.all([operate(redisStore), operate(memory)]);
        const pick = ({ states }: { states: unknown }) => states;
        expect({ seed, step, operation, states: pick(inRedis) }).toEqual({
          seed,
          step,
          operation,
          states: pick(inMemory),
        });
        if ("status" in inMemory) expect(inRedis).toMatchObject(inMemory);
        const isWritten =
          operation === "settle" || ("status" in inMemory && inMemory.status === "held");
        for (const [index, bucket] of isWritten ? buckets.entries() : []) {
          const state = inMemory.states[index];
          if (!state) throw new Error("a bucket without a state");
          const [sum, leases] = await keptUntil(bucket);
          const needed = expiresAt(bucket, state, now);
          expect(sum).toBeGreaterThanOrEqual(needed);
          expect(sum).toBeLessThanOrEqual(needed + HOUR_MS);
          if (leases !== NO_KEY) expect(leases).toBeGreaterThanOrEqual(sum);
        }
      }
    }
  });

  test("keeps leases for as long as the sums that they are part of", async () => {
    const bucket = money(100, "month", { home: "lasting" });
    await createRedisLimitStore(send).hold({ call: "c", entries: [{ bucket, amount: 1 }] });
    const [sum, leases] = await keptUntil(bucket);
    expect(sum).toBeGreaterThan(Date.now() + DAY_MS);
    expect(leases).toBe(sum);
  });

  test("leaves no key without an end", async () => {
    const keys = textsOf(await send("KEYS", ["ai:*"]));
    expect(keys.length).toBeGreaterThan(100);
    const ends = await Promise.all(keys.map((key) => send("PTTL", [key])));
    expect(ends.filter((end) => Number(end) <= 0)).toEqual([]);
  });
});

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
