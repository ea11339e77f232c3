import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as z from "zod";
import { type ChatClient, createChatClient, TEST_JWT } from "../support/chat-client.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis-server.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { until } from "../support/until.ts";
import { startSlowVendor } from "./slow-vendor.ts";

const CANARY = "canary-of-a-conversation";
const KEY_CANARY = "canary-of-a-key";
const [OLD_KEY, NEW_KEY] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64"));

describe.skipIf(!hasRedis)("what Redis holds of kept answers (needs redis)", () => {
  let redis: RedisServer;
  let probe: InstanceType<typeof Bun.RedisClient>;
  const servers: RunningServer[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    probe = new Bun.RedisClient(redis.url);
  }, 60_000);
  afterAll(async () => {
    probe.close();
    await Promise.all(servers.map((server) => server.stop()));
    await redis.stop();
  });

  async function start(env: Record<string, string | undefined>): Promise<ChatClient> {
    const all = { ...TEST_JWT, REDIS_URL: redis.url, STORE_TIMEOUT_MS: "2000", ...env };
    const given = Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const server = await startServer("bun", Object.fromEntries(given));
    servers.push(server);
    return createChatClient(server.url);
  }

  const keys = async () => z.array(z.string()).parse(await probe.send("KEYS", ["ai:*answer*"]));

  /** Everything in it, with the names of its keys. */
  async function dump(): Promise<string> {
    let text = "";
    for (const key of await keys()) {
      text += `${key}\n`;
      const kind = await probe.send("TYPE", [key]);
      if (kind === "hash") text += JSON.stringify(await probe.send("HGETALL", [key]));
      if (kind === "stream") text += JSON.stringify(await probe.send("XRANGE", [key, "-", "+"]));
      if (kind === "string") text += JSON.stringify(await probe.send("GET", [key]));
    }
    return text;
  }

  const ask = (client: ChatClient, more: object = {}, headers: Record<string, string> = {}) =>
    client.chat(
      { provider: "echo", messages: [{ role: "user", content: CANARY }], ...more },
      { headers },
    );

  test("nothing, if only the operator wants it, or only the caller", async () => {
    const willing = await start({ STORE_ANSWERS: "on" });
    for (const stream of [false, true]) expect((await ask(willing, { stream })).status).toBe(200);
    const unwilling = await start({});
    const refused = await ask(unwilling, {}, { "idempotency-key": KEY_CANARY });
    expect(refused.error().code).toBe("answers_not_kept");
    expect(await keys()).toEqual([]);
  }, 60_000);

  const KEPT = [
    [{ stream: true }, { "idempotency-key": KEY_CANARY }],
    [{ stream: false }, { "idempotency-key": `${KEY_CANARY}-2` }],
    [{ stream: true, on_disconnect: "continue" }, {}],
    [{ background: true }, {}],
  ] as const;

  async function keepAll(client: ChatClient): Promise<string[]> {
    const ids: string[] = [];
    for (const [more, headers] of KEPT) {
      const kept = await ask(client, more, headers);
      ids.push(kept.headers.get("x-request-id") ?? "");
    }
    await until("all have ended", async () => {
      const states = ids.map(async (id) => (await client.send(`/chat/${id}`)).text);
      return (await Promise.all(states)).every((state) => state.includes('"completed"'));
    });
    return ids;
  }

  test("text without ANSWER_KEY, which is what this search finds; and never a key", async () => {
    await keepAll(await start({ STORE_ANSWERS: "on" }));
    const all = await dump();
    expect(all).toContain(CANARY);
    expect(all).not.toContain(KEY_CANARY);
    expect(all).not.toContain("tester");
    await probe.send("FLUSHALL", []);
  }, 60_000);

  test("ciphertext only with ANSWER_KEY; it is read with the key, or as the previous one", async () => {
    const first = await start({ STORE_ANSWERS: "on", ANSWER_KEY: OLD_KEY });
    const ids = await keepAll(first);
    const all = await dump();
    expect(all.length).toBeGreaterThan(1000);
    for (const canary of [CANARY, KEY_CANARY, "echo", "usage"]) expect(all).not.toContain(canary);
    const rotated = await start({
      STORE_ANSWERS: "on",
      ANSWER_KEY: NEW_KEY,
      ANSWER_KEY_PREVIOUS: OLD_KEY,
    });
    const stranger = await start({ STORE_ANSWERS: "on", ANSWER_KEY: NEW_KEY });
    for (const id of ids) {
      expect((await rotated.send(`/chat/${id}`)).text).toContain(CANARY);
      const unreadable = await stranger.send(`/chat/${id}`);
      expect([unreadable.status, unreadable.error().code]).toEqual([410, "answer_expired"]);
    }
    await probe.send("FLUSHALL", []);
  }, 60_000);

  test("nothing after the time to live", async () => {
    const client = await start({ STORE_ANSWERS: "on", ANSWER_TTL_MS: "1500" });
    const [id = ""] = await keepAll(client);
    expect(await keys()).not.toEqual([]);
    await Bun.sleep(2000);
    expect(await keys()).toEqual([]);
    expect((await client.send(`/chat/${id}`)).status).toBe(404);
  }, 60_000);

  test("a gap is told, not skipped: 410", async () => {
    const client = await start({ STORE_ANSWERS: "on" });
    const body = { model: "echo-slow", stream: true, on_disconnect: "continue" };
    const kept = await client.chat({
      ...body,
      messages: [{ role: "user", content: "a b c d e f" }],
    });
    const id = kept.headers.get("x-request-id") ?? "";
    const [pieces = ""] = (await keys()).filter((key) => key.endsWith(":pieces"));
    const [[first = ""] = []] = z
      .array(z.tuple([z.string()]).rest(z.unknown()))
      .parse(await probe.send("XRANGE", [pieces, "-", "+", "COUNT", "1"]));
    await probe.send("XDEL", [pieces, first]);
    const resumed = await client.send(`/chat/${id}/events`);
    expect([resumed.status, resumed.error().code]).toEqual([410, "answer_expired"]);
    const later = await client.send(`/chat/${id}/events?after=${Number.parseInt(first, 10)}`);
    expect(later.text).toContain('"done"');
  }, 60_000);

  test("is written at most once in 50 ms, not once for each event", async () => {
    const vendor = startSlowVendor(200, 4);
    const client = await start({
      STORE_ANSWERS: "on",
      COMPATIBLE_PROVIDERS: JSON.stringify([{ name: "fast", base_url: vendor.url }]),
    });
    const calls = async () => {
      const info = z.string().parse(await probe.send("INFO", ["commandstats"]));
      const of = (name: string) =>
        Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(info)?.[1] ?? 0);
      return of("evalsha") + of("eval");
    };
    const before = await calls();
    const startedAt = performance.now();
    const kept = await client.chat({
      provider: "fast",
      model: "fast",
      stream: true,
      on_disconnect: "continue",
      messages: [{ role: "user", content: "x" }],
    });
    const turns = Math.ceil((performance.now() - startedAt) / 50);
    expect(kept.text.split("part-delta").length).toBeGreaterThan(200);
    const id = kept.headers.get("x-request-id") ?? "";
    const used = (await calls()) - before;
    // Beside the pieces: the log is opened and ended, and two scripts are not known yet.
    expect(used).toBeLessThanOrEqual(turns + 4);
    expect(used).toBeGreaterThan(4);
    expect((await client.send(`/chat/${id}`)).text).toContain("x/199");
    await vendor.stop();
  }, 60_000);

  test("while it is down: 503, or a call that is not kept if STORE_FAILURE=open", async () => {
    const closed = await start({ STORE_ANSWERS: "on", STORE_TIMEOUT_MS: "300" });
    const open = await start({
      STORE_ANSWERS: "on",
      STORE_TIMEOUT_MS: "300",
      STORE_FAILURE: "open",
    });
    const kept = await ask(closed, { stream: true, on_disconnect: "continue" });
    const id = kept.headers.get("x-request-id") ?? "";
    redis.kill("SIGSTOP");
    for (const stream of [false, true]) {
      const refused = await ask(closed, { stream }, { "idempotency-key": "k" });
      expect([refused.status, refused.error().code]).toEqual([503, "store_unavailable"]);
      const passed = await ask(open, { stream }, { "idempotency-key": "k" });
      expect(passed.status).toBe(200);
      expect(passed.text).toContain(CANARY);
    }
    // A browser's EventSource would give up at a 503.
    const resumed = await closed.send(`/chat/${id}/events`);
    expect([resumed.status, resumed.text]).toEqual([200, "retry: 2000\n\n"]);
    redis.kill("SIGCONT");
    await until("the store is back", async () => (await closed.send(`/chat/${id}`)).status === 200);
  }, 60_000);
});
