import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mintTestToken, TEST_JWT } from "../support/chat-client.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis-server.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { until } from "../support/until.ts";
import { askAndResume, type Told } from "./resuming-caller.ts";
import { type SlowVendor, startSlowVendor, wordsFor } from "./slow-vendor.ts";

/** `TEST_STREAMS=1000` is the whole of it; a machine that is busy with other tests gets fewer. */
const STREAMS = Number(process.env.TEST_STREAMS ?? 100);
/** Streams at one time. */
const LANES = 50;
const WORDS = 40;
const PAUSE_MS = 15;

describe.skipIf(!hasRedis)("streams whose callers lose the connection (needs redis)", () => {
  let redis: RedisServer;
  let vendor: SlowVendor;
  let members: RunningServer[];
  let token: string;

  const start = (runtime: "bun" | "deno", more: Record<string, string> = {}) =>
    startServer(runtime, {
      ...TEST_JWT,
      COMPATIBLE_PROVIDERS: JSON.stringify([{ name: "slow", base_url: vendor.url }]),
      REDIS_URL: redis.url,
      STORE_TIMEOUT_MS: "5000",
      STORE_ANSWERS: "on",
      RETRY_MAX: "0",
      ...more,
    });

  beforeAll(async () => {
    redis = await startRedis();
    vendor = startSlowVendor(WORDS, PAUSE_MS);
    members = await Promise.all([start("bun"), start("deno")]);
    token = await mintTestToken();
  }, 120_000);
  afterAll(async () => {
    await Promise.all(members.map((member) => member.stop()));
    await vendor.stop();
    await redis.stop();
  });

  const bodyOf = (prompt: string) => ({
    provider: "slow",
    model: "slow",
    stream: true,
    on_disconnect: "continue",
    messages: [{ role: "user", content: prompt }],
  });

  const urlOf = (index: number) => members[index % members.length]?.url ?? "";

  function deltasOf({ events }: Told): string[] {
    return events.flatMap(({ type, data }) =>
      type === "part-delta" && typeof data.delta === "string" ? [data.delta] : [],
    );
  }

  /** Whether the ids are 1, 2, 3, … and the words are the vendor's, none lost and none twice. */
  function checkOrder(told: Told, prompt: string): void {
    const ids = told.events.flatMap(({ id }) => (id === null ? [] : [id]));
    expect(ids).toEqual(Array.from(ids, (_, index) => index + 1));
    const deltas = deltasOf(told);
    expect(deltas).toEqual(wordsFor(prompt, WORDS).slice(0, deltas.length));
  }

  async function inLanes(count: number, run: (index: number) => Promise<void>): Promise<void> {
    let next = 0;
    const lane = async () => {
      while (next < count) {
        next += 1;
        await run(next - 1);
      }
    };
    await Promise.all(Array.from({ length: Math.min(LANES, count) }, lane));
  }

  test(`${STREAMS} are resumed on either server, whole and in order, of one call each`, async () => {
    const random = seededRandom(7);
    let connections = 0;
    await inLanes(STREAMS, async (index) => {
      const prompt = `whole-${index}`;
      const drops = Array.from({ length: 1 + Math.floor(random() * 2) }, () =>
        Math.floor(1 + random() * (WORDS / 2)),
      );
      const first = Math.floor(random() * 2);
      const server = (attempt: number) => urlOf(first + attempt);
      const told = await askAndResume({ token, body: bodyOf(prompt), drops, server });
      connections += told.connections;
      expect(told.refused).toBeNull();
      expect(told.events.at(-1)?.type).toBe("done");
      checkOrder(told, prompt);
      expect(deltasOf(told)).toHaveLength(WORDS);
      expect(vendor.calls.get(prompt)).toBe(1);
    });
    expect(connections).toBeGreaterThan(STREAMS * 2);
  }, 600_000);

  const KILLED = Math.ceil(STREAMS / 10);

  test(`${KILLED} whose server is killed half-way end in order, with a reported gap`, async () => {
    const victim = await start("bun");
    const prompts = Array.from({ length: KILLED }, (_, index) => `killed-${index}`);
    let begun = 0;
    const asked = prompts.map((prompt, index) =>
      askAndResume({
        token,
        body: bodyOf(prompt),
        drops: index % 2 === 0 ? [] : [5],
        server: (attempt) => (attempt === 0 ? victim.url : urlOf(index)),
        onBegin: () => {
          begun += 1;
        },
      }),
    );
    await until("all have begun", () => begun === KILLED);
    await Bun.sleep((WORDS * PAUSE_MS) / 3);
    await victim.stop();
    let whole = 0;
    for (const [index, told] of (await Promise.all(asked)).entries()) {
      const prompt = prompts[index] ?? "";
      checkOrder(told, prompt);
      expect(vendor.calls.get(prompt)).toBe(1);
      expect(told.refused).toBeNull();
      const end = told.events.at(-1);
      if (end?.type === "done") {
        whole += 1;
        expect(deltasOf(told)).toHaveLength(WORDS);
      } else {
        expect(end?.data).toMatchObject({ error: { code: "answer_interrupted", retryable: true } });
      }
    }
    expect(whole).toBeLessThan(KILLED);
  }, 120_000);

  test("a writer that was paused, and whose log was taken over, writes nothing when it wakes", async () => {
    const sleeper = await start("bun");
    const prompt = "paused";
    let hasBegun = false;
    const told = askAndResume({
      token,
      body: bodyOf(prompt),
      drops: [8],
      server: (attempt) => (attempt === 0 ? sleeper.url : urlOf(0)),
      onBegin: () => {
        hasBegun = true;
      },
    });
    await until("it has begun", () => hasBegun);
    await Bun.sleep((WORDS * PAUSE_MS) / 3);
    process.kill(sleeper.pid ?? 0, "SIGSTOP");
    const { id, events } = await told;
    expect(events.at(-1)?.data).toMatchObject({ error: { code: "answer_interrupted" } });
    const read = async () => {
      const authorization = `Bearer ${token}`;
      const response = await fetch(`${urlOf(1)}/chat/${id}/events`, { headers: { authorization } });
      return response.text();
    };
    const before = await read();
    process.kill(sleeper.pid ?? 0, "SIGCONT");
    await Bun.sleep(2000);
    expect(await read()).toBe(before);
    expect(before).toContain("answer_interrupted");
    expect(before).not.toContain('"done"');
    await sleeper.stop();
  }, 120_000);

  test("a server that is asked to stop ends its answers first, and lets readers come back", async () => {
    const leaving = await start("bun");
    const prompt = "drained";
    const send = (url: string, path: string, init: RequestInit = {}) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      });
    const body = JSON.stringify({ ...bodyOf(prompt), background: true });
    const started = await send(leaving.url, "/chat", { method: "POST", body });
    expect(started.status).toBe(202);
    const id = started.headers.get("x-request-id") ?? "";
    process.kill(leaving.pid ?? 0, "SIGTERM");
    await Bun.sleep(100);
    // A browser's EventSource gives up for good at a 503.
    expect((await send(leaving.url, `/chat/${id}/events?after=1`)).status).toBe(200);
    expect((await send(leaving.url, "/chat", { method: "POST", body })).status).toBe(503);
    const rest = await (await send(urlOf(0), `/chat/${id}/events`)).text();
    expect(rest).toContain('"done"');
    expect(rest).toContain(wordsFor(prompt, WORDS).at(-1)?.trim() ?? "");
    expect(vendor.calls.get(prompt)).toBe(1);
    await leaving.stop();
  }, 60_000);

  test("50 with one key at once, on two servers, get one answer of one call", async () => {
    for (const stream of [false, true]) {
      const prompt = `keyed-${stream}`;
      const body = JSON.stringify({ ...bodyOf(prompt), stream, on_disconnect: undefined });
      const headers = {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": prompt,
      };
      const sent = Array.from({ length: 50 }, async (_, index) => {
        const response = await fetch(`${urlOf(index)}/chat`, { method: "POST", headers, body });
        return (await response.text()).replace(/^:.*\n\n/gm, "");
      });
      const texts = new Set(await Promise.all(sent));
      expect(texts.size).toBe(1);
      expect([...texts][0]).toContain(wordsFor(prompt, WORDS).at(-1)?.trim() ?? "");
      expect(vendor.calls.get(prompt)).toBe(1);
    }
  }, 60_000);
});
