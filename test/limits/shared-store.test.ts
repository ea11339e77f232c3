import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as z from "zod";
import {
  type ChatClient,
  createChatClient,
  mintTestToken,
  TEST_JWT,
} from "../support/chat-client.ts";
import { findFreePort } from "../support/find-free-port.ts";
import { measureLeast } from "../support/measure-least.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis-server.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { until } from "../support/until.ts";

/** More than the default, for a machine that is busy with other tests. */
const STORE_TIMEOUT_MS = 1000;
const limitsSchema = z.object({
  limits: z.array(z.object({ used: z.number(), reserved: z.number() })),
});

/** An input token costs a micro-dollar, an output token ten. */
const price = { input: 1, output: 10 };
const MODEL_CATALOG = JSON.stringify({
  echo: [
    { id: "echo", price },
    { id: "echo-slow", price },
  ],
});

interface Member {
  server: RunningServer;
  client: ChatClient;
}

describe.skipIf(!hasRedis)("two servers on one store (needs redis)", () => {
  let redis: RedisServer;
  let members: [Member, Member];
  let names = 0;

  async function startMember(runtime: "bun" | "deno"): Promise<Member> {
    const server = await startServer(runtime, {
      ...TEST_JWT,
      MODEL_CATALOG,
      REDIS_URL: redis.url,
      STORE_TIMEOUT_MS: String(STORE_TIMEOUT_MS),
      RETRY_MAX: "0",
    });
    return { server, client: await createChatClient(server.url) };
  }

  beforeAll(async () => {
    redis = await startRedis();
    // One of each runtime: their client libraries differ.
    members = [await startMember("bun"), await startMember("deno")];
  }, 120_000);
  afterAll(async () => {
    await Promise.all(members.map(({ server }) => server.stop()));
    await redis.stop();
  });

  function mint(ai: object, claims: object = {}): Promise<string> {
    names += 1;
    return mintTestToken({ sub: `shared-${names}`, ai, ...claims });
  }

  const ask = ({ client }: Member, token: string, more: object = {}) =>
    client.chat(
      { provider: "echo", messages: [{ role: "user", content: "hi" }], ...more },
      { token },
    );

  async function readLimits({ client }: Member, token: string) {
    const answer = await client.send("/limits", { token });
    return limitsSchema.parse(answer.json()).limits;
  }

  const health = async ({ client }: Member) => (await client.send("/health", { token: null })).text;

  test("share a limit: exactly N of 10 × N parallel calls pass", async () => {
    const token = await mint({ limits: [{ per: "subject", requests: 10, window: "1h" }] });
    const answers = await Promise.all(
      members.flatMap((member) => Array.from({ length: 50 }, () => ask(member, token))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(90);
  });

  /** Revokes a tenant with 100 running streams, and returns when the last of them has ended. */
  async function revokeRunning(tenant: string): Promise<number> {
    const token = await mint({ tenant });
    const streams = members.flatMap((member) =>
      Array.from({ length: 50 }, async () => {
        const body = {
          model: "echo-slow",
          stream: true,
          messages: [{ role: "user", content: "word ".repeat(100) }],
        };
        const { text } = await ask(member, token, body);
        return { text, endedAt: performance.now() };
      }),
    );
    await Bun.sleep(2000);
    const admin = await mintTestToken({ scope: "admin" });
    const revokedAt = performance.now();
    const answer = await members[0].client.send("/admin/revocations", {
      token: admin,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ tenant }),
    });
    expect(answer.status).toBe(201);
    const ended = await Promise.all(streams);
    expect(ended.filter(({ text }) => text.includes('"revoked"'))).toHaveLength(100);
    for (const member of members) expect((await ask(member, token)).status).toBe(401);
    return Math.max(...ended.map(({ endedAt }) => endedAt - revokedAt));
  }

  test("end 100 running streams of a revoked tenant within a second", async () => {
    let tenants = 0;
    const tookMs = await measureLeast(1000, () => {
      tenants += 1;
      return revokeRunning(`to be revoked ${tenants}`);
    });
    expect(tookMs).toBeLessThan(1000);
  }, 120_000);

  interface Loaded {
    status: number;
    tookMs: number;
    microUsd: number;
  }

  /** Calls in both servers while that is so, one after the other in each of some lanes. */
  async function load(token: string, isOn: () => boolean): Promise<Loaded[]> {
    const results: Loaded[] = [];
    const costSchema = z.object({ cost: z.object({ total: z.number() }) });
    const lane = async (member: Member) => {
      while (isOn()) {
        const startedAt = performance.now();
        const answer = await ask(member, token, { max_tokens: 5 });
        const tookMs = performance.now() - startedAt;
        const cost = answer.status === 200 ? costSchema.parse(answer.json()).cost.total : 0;
        results.push({ status: answer.status, tookMs, microUsd: Math.round(cost * 1e6) });
        await Bun.sleep(5);
      }
    };
    await Promise.all(members.flatMap((member) => [lane(member), lane(member), lane(member)]));
    return results;
  }

  const OUTAGES: [name: string, fail: () => void, recover: () => Promise<void>][] = [
    ["is stopped (SIGSTOP)", () => redis.kill("SIGSTOP"), async () => redis.kill("SIGCONT")],
    ["is killed (kill -9)", () => redis.kill("SIGKILL"), () => redis.restart()],
  ];

  for (const [name, fail, recover] of OUTAGES) {
    test(`while the store ${name}, answer in time by policy, and come back by themselves`, async () => {
      const budget = await mint({ limits: [{ per: "subject", usd: 1, window: "1d" }] });
      const rate = await mint({ limits: [{ per: "subject", requests: 100_000, window: "1h" }] });
      let isOn = true;
      const during = Promise.all([load(budget, () => isOn), load(rate, () => isOn)]);
      await Bun.sleep(1500);
      fail();
      await Bun.sleep(1500);
      expect(await Promise.all(members.map(health))).toEqual([
        expect.stringContaining("degraded"),
        expect.stringContaining("degraded"),
      ]);
      await recover();
      await until("both servers see the store again", async () => {
        const states = await Promise.all(members.map(health));
        return states.every((state) => state.includes('"ok"'));
      });
      await Bun.sleep(1000);
      isOn = false;
      const [withBudget, withRate] = await during;
      const slowest = Math.max(...[...withBudget, ...withRate].map(({ tookMs }) => tookMs));
      expect(slowest).toBeLessThan(STORE_TIMEOUT_MS + 1000);
      // Budgets are refused, rates counted by each server for itself.
      expect(new Set(withBudget.map(({ status }) => status))).toEqual(new Set([200, 503]));
      expect(new Set(withRate.map(({ status }) => status))).toEqual(new Set([200]));
      expect(withBudget.at(-1)?.status).toBe(200);
      // What waited to be settled has been, and nothing counts twice.
      const spent = withBudget.reduce((sum, { microUsd }) => sum + microUsd, 0);
      await until("everything is settled", async () => {
        const [limit] = await readLimits(members[0], budget);
        return limit?.reserved === 0 && Math.round(limit.used * 1e6) >= spent;
      });
      const [limit] = await readLimits(members[1], budget);
      expect(Math.round((limit?.used ?? 0) * 1e6)).toBe(spent);
    }, 120_000);
  }
});

test("a server that starts while its store is out says so, in the log and on /health", async () => {
  const server = await startServer("bun", {
    ...TEST_JWT,
    REDIS_URL: `redis://127.0.0.1:${findFreePort()}`,
  });
  const answer = await fetch(`${server.url}/health`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ status: "degraded" });
  await until("the log says so", () => server.logs().includes('"state":"degraded"'));
  await server.stop();
});
