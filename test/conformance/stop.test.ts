import { describe, expect, test } from "bun:test";
import { createChatClient, mintTestToken, TEST_JWT } from "../support/chat-client.ts";
import { startCollector } from "../support/collector.ts";
import { openRawConnection } from "../support/raw-http.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { until } from "../support/until.ts";

const GRACE_MS = 500;

/** Tells the server to end, and gives the time until it did. */
async function stop({ pid, died }: RunningServer): Promise<number> {
  if (pid === undefined) throw new Error("the server's process was not found");
  const startedAt = performance.now();
  process.kill(pid, "SIGTERM");
  await until("the server has ended", died);
  return performance.now() - startedAt;
}

describe.each(["bun", "deno"] as const)("%s that is asked to stop", (runtime) => {
  const start = (graceMs = GRACE_MS) =>
    startServer(runtime, { ...TEST_JWT, SHUTDOWN_GRACE_MS: String(graceMs), LOG_LEVEL: "off" });

  test("stops at once if nobody is being served", async () => {
    const graceMs = 40 * GRACE_MS;
    expect(await stop(await start(graceMs))).toBeLessThan(graceMs);
  });

  test("lets a stream go on for its time, and then says that it is shutting down", async () => {
    const server = await start();
    const client = await createChatClient(server.url);
    const response = await client.open({
      provider: "echo",
      model: "echo-slow",
      stream: true,
      messages: [{ role: "user", content: "word ".repeat(1000) }],
    });
    const text = response.text();
    const tookMs = await stop(server);
    expect(tookMs).toBeGreaterThan(GRACE_MS - 50);
    // Long before the answer's end, which is after 200 s.
    expect(tookMs).toBeLessThan(GRACE_MS + 20_000);
    expect((await text).trimEnd().split("\n\n").at(-1)).toContain('"code":"shutting_down"');
  });

  test("tells the collector of its last calls, and does not wait for one that is silent", async () => {
    const collector = startCollector();
    const silent = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) });
    const waits = { OTEL_BSP_SCHEDULE_DELAY: "60000", OTEL_METRIC_EXPORT_INTERVAL: "3600000" };
    for (const url of [collector.url, `http://127.0.0.1:${silent.port}`]) {
      const server = await startServer(runtime, {
        ...TEST_JWT,
        ...waits,
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
      });
      const client = await createChatClient(server.url);
      await client.chat({ provider: "echo", messages: [{ role: "user", content: "Hello" }] });
      expect(collector.spans).toHaveLength(url === collector.url ? 0 : 2);
      // Recorders have 3 s to write what they hold.
      expect(await stop(server)).toBeLessThan(20_000);
    }
    expect(collector.spans.map(({ name }) => name)).toEqual(["POST /chat", "chat echo"]);
    expect(collector.metrics.map(({ name }) => name)).toContain("gen_ai.client.token.usage");
    await collector.stop();
    await silent.stop(true);
  }, 30_000);

  test("does not wait for a request that does not arrive whole", async () => {
    const server = await start();
    const connection = openRawConnection(server.url);
    await connection.write(
      [
        "POST /chat HTTP/1.1",
        `host: ${new URL(server.url).host}`,
        `authorization: Bearer ${await mintTestToken()}`,
        "content-type: application/json",
        "content-length: 100",
        "",
        "{",
      ].join("\r\n"),
    );
    await Bun.sleep(100);
    expect(await stop(server)).toBeLessThan(GRACE_MS + 20_000);
    connection.close();
  });

  test("turns its readiness first: /health and new calls get a 503 while it still listens", async () => {
    const server = await startServer(runtime, { ...TEST_JWT, SHUTDOWN_DELAY_MS: "3000" });
    const client = await createChatClient(server.url);
    process.kill(server.pid ?? 0, "SIGTERM");
    await until("/health says so", async () => (await client.send("/health")).status === 503);
    const health = await client.send("/health");
    expect(health.headers.get("retry-after")).toBe("1");
    expect(await health.json()).toMatchObject({
      status: "draining",
      error: { code: "shutting_down", retryable: true },
    });
    const refused = await client.open({
      provider: "echo",
      messages: [{ role: "user", content: "Hello" }],
    });
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ error: { code: "shutting_down" } });
    await until("the server has ended", server.died);
  });

  test("ends open streams with an event, and logs them, at a second signal too", async () => {
    const server = await startServer(runtime, { ...TEST_JWT, SHUTDOWN_GRACE_MS: "60000" });
    const client = await createChatClient(server.url);
    const responses = await Promise.all(
      Array.from({ length: 20 }, () =>
        client.open({
          provider: "echo",
          model: "echo-slow",
          stream: true,
          messages: [{ role: "user", content: "word ".repeat(1000) }],
        }),
      ),
    );
    const texts = responses.map((response) => response.text());
    process.kill(server.pid ?? 0, "SIGTERM");
    await Bun.sleep(300);
    process.kill(server.pid ?? 0, "SIGTERM");
    await until("the server has ended", server.died);
    for (const text of texts) {
      expect((await text).trimEnd().split("\n\n").at(-1)).toContain('"code":"shutting_down"');
    }
    await until(
      "all are in the log",
      () => server.logs().match(/"event":"answer".*"code":"shutting_down"/g)?.length === 20,
    );
  });
});
