import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createChatClient, TEST_JWT } from "../support/chat-client.ts";
import { findFreePort } from "../support/find-free-port.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

const program = resolve(import.meta.dir, "../../src/runtimes/bun.ts");

function spawn(env: Record<string, string | undefined>) {
  return Bun.spawn([process.execPath, program], {
    env: {
      PATH: process.env.PATH ?? "",
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      WEB_CONCURRENCY: "2",
      ...TEST_JWT,
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

describe("several processes need what they must share", () => {
  const shared = { REDIS_URL: "redis://127.0.0.1:1", LEDGER_FILE: "off", PORT: "4000" };
  test.each([
    ["a key", { ...shared, NODE_ENV: undefined, JWT_SECRET: undefined }, "set JWT_SECRET"],
    ["a port", { ...shared, PORT: "0" }, "set PORT"],
    ["a store", { ...shared, REDIS_URL: "" }, "set REDIS_URL"],
    ["a ledger", { ...shared, LEDGER_FILE: "" }, "set LEDGER_FILE"],
    ["ports for metrics", { ...shared, METRICS_PORT: "3999" }, "METRICS_PORT"],
  ])("%s", async (_what, env, says) => {
    const child = spawn(env);
    const [printed, complaint, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    expect({ printed, code }).toEqual({ printed: "", code: 1 });
    expect(complaint).toContain(says);
    expect(complaint.trimEnd().split("\n")).toHaveLength(1);
  });

  test("a port that is free: if it is taken, all of them end", async () => {
    const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    const child = spawn({ ...shared, PORT: String(taken.port) });
    expect(await child.exited).toBe(1);
    expect(await new Response(child.stderr).text()).toContain("Cannot listen on port");
    await taken.stop();
  });
});

describe.skipIf(!hasRedis || process.platform !== "linux")(
  "two processes on one port (needs redis and Linux)",
  () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.stop());

    async function start() {
      const port = findFreePort();
      const metricsPort = findFreePort();
      const child = spawn({
        PORT: String(port),
        METRICS_PORT: String(metricsPort),
        METRICS_HOST: "127.0.0.1",
        REDIS_URL: redis.url,
        LEDGER_FILE: "off",
        LOG_LEVEL: "off",
        POLICY: JSON.stringify({ limits: [{ per: "subject", requests: 10, window: "1h" }] }),
      });
      const listens = async (at: number) =>
        fetch(`http://127.0.0.1:${at}/`).then(
          () => true,
          () => false,
        );
      await until("both processes listen", async () => {
        return (await listens(metricsPort)) && (await listens(metricsPort + 1));
      });
      return { child, metricsPort, client: await createChatClient(`http://127.0.0.1:${port}`) };
    }

    /** The processes that this one has started. */
    function childrenOf(pid: number): number[] {
      return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter((other) => {
          try {
            return (
              Number(readFileSync(`/proc/${other}/stat`, "utf8").split(") ")[1]?.split(" ")[1]) ===
              pid
            );
          } catch {
            return false;
          }
        });
    }

    const ask = { provider: "echo", messages: [{ role: "user", content: "Hello" }] };

    test("share the calls and the limits, and end together at one signal", async () => {
      const { child, metricsPort, client } = await start();
      const statuses = await Promise.all(
        Array.from({ length: 60 }, async () => {
          // A connection of its own: the kernel chooses a process for each.
          const response = await client.open(ask, { headers: { connection: "close" } });
          await response.text();
          return response.status;
        }),
      );
      expect(statuses.filter((status) => status === 200)).toHaveLength(10);
      expect(statuses.filter((status) => status === 429)).toHaveLength(50);
      const pages = await Promise.all(
        [metricsPort, metricsPort + 1].map(async (port) =>
          (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
        ),
      );
      for (const page of pages) expect(page).toContain("ai_server_requests_total{");
      const processes = childrenOf(child.pid);
      expect(processes).toHaveLength(2);
      child.kill("SIGTERM");
      expect(await child.exited).toBe(0);
      expect(processes.some(isAlive)).toBe(false);
    });

    test("one that dies is started again, and none outlives the first", async () => {
      const { child, metricsPort } = await start();
      const [victim = 0] = childrenOf(child.pid);
      process.kill(victim, "SIGKILL");
      await until("there are two again", () => {
        const processes = childrenOf(child.pid);
        return processes.length === 2 && !processes.includes(victim);
      });
      await until("the new one listens", () =>
        Promise.all(
          [metricsPort, metricsPort + 1].map((port) => fetch(`http://127.0.0.1:${port}/`)),
        ).then(
          () => true,
          () => false,
        ),
      );
      const processes = childrenOf(child.pid);
      child.kill("SIGKILL");
      await child.exited;
      await until("the others have ended", () => !processes.some(isAlive));
      expect(await new Response(child.stderr).text()).toContain('"event":"process_ended"');
    });

    function isAlive(pid: number): boolean {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    }
  },
);
