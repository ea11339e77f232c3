import { afterEach, describe, expect, test } from "bun:test";
import { type App, createApp } from "../../../src/app.ts";
import { loadConfig } from "../../../src/config.ts";
import type { LedgerSource } from "../../../src/ledger/source.ts";
import { connectBunPostgres } from "../../../src/runtimes/bun-postgres.ts";
import { chooseLedger } from "../../../src/runtimes/choose-ledger.ts";
import { createTimerWheel } from "../../../src/runtimes/timer-wheel.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";
import { mintTestToken, TEST_JWT } from "../../support/chat-client.ts";
import { requireSource } from "../../support/ledger-sources.ts";
import { hasPostgres, startPostgres } from "../../support/postgres-server.ts";
import { until } from "../../support/until.ts";

const lines: string[] = [];
const platform = {
  runtime: "bun" as const,
  fetch: () => Promise.reject(new Error("nobody is called")),
  now: Date.now,
  randomId: () => crypto.randomUUID().replaceAll("-", ""),
  random: Math.random,
  every: createTimerWheel(),
  log: (line: string) => lines.push(line),
};
const token = await mintTestToken({ scope: "admin" });

let app: App | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
  lines.length = 0;
});

function start(source: LedgerSource) {
  const metrics = createMetrics({ version: "test", platform, identities: "none" });
  app = createApp(loadConfig(TEST_JWT), platform, { ledger: source, metrics });
  const { fetch } = app;
  return async function send(path: string, body?: object) {
    const response = await fetch(
      new Request(`http://localhost${path}`, {
        method: body ? "POST" : "GET",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
      () => {},
    );
    return { status: response.status, text: await response.text() };
  };
}

const CHAT = { provider: "echo", messages: [{ role: "user", content: "Hello" }] };

describe("a ledger that fails", () => {
  test("because its file cannot be opened stops no call, and is told of", async () => {
    const settings = { LEDGER_FILE: "/nowhere/at/all/ledger.db", DATABASE_URL: undefined };
    const send = start(requireSource(chooseLedger(settings, connectBunPostgres)));
    await until("it is in the log", () => lines.some((line) => line.includes('"failing"')));
    expect((await send("/chat", CHAT)).status).toBe(200);
    expect(JSON.parse((await send("/health")).text)).toMatchObject({
      status: "ok",
      ledger: "failing",
    });
    expect((await send("/metrics")).text).toContain('ai_server_ledger_up{store="sqlite"} 0\n');
    const usage = await send("/usage");
    expect(usage.status).toBe(503);
    expect(JSON.parse(usage.text).error).toMatchObject({
      code: "store_unavailable",
      retryable: true,
    });
  });

  test("because there is no database at its address does the same, and tells no password", async () => {
    const settings = {
      LEDGER_FILE: "off",
      DATABASE_URL: "postgres://ledger:canary-password@127.0.0.1:1/none",
    };
    const send = start(requireSource(chooseLedger(settings, connectBunPostgres)));
    await until("it is in the log", () => lines.some((line) => line.includes('"failing"')));
    expect((await send("/chat", CHAT)).status).toBe(200);
    expect(JSON.parse((await send("/health")).text).ledger).toBe("failing");
    expect(lines.join("\n")).not.toContain("canary-password");
  });

  describe.skipIf(!hasPostgres)("because Postgres (needs postgres)", () => {
    test("ended, keeps the rows, and writes each of them once when it is back", async () => {
      const server = await startPostgres();
      try {
        const settings = { LEDGER_FILE: "off", DATABASE_URL: server.url };
        const send = start(requireSource(chooseLedger(settings, connectBunPostgres)));
        const calls = async () => JSON.parse((await send("/usage")).text).totals?.calls;
        await send("/chat", CHAT);
        await until("the first call is written", async () => (await calls()) === 1);
        server.kill("SIGKILL");
        for (let index = 0; index < 20; index += 1)
          expect((await send("/chat", CHAT)).status).toBe(200);
        await until("it is told of", async () =>
          (await send("/health")).text.includes('"failing"'),
        );
        await server.restart();
        await until("all are written", async () => (await calls()) === 21);
        expect(JSON.parse((await send("/health")).text).ledger).toBe("ok");
        expect((await send("/metrics")).text).toContain(
          'ai_server_ledger_rows_total{result="dropped"} 0\n',
        );
      } finally {
        await server.stop();
      }
    }, 30_000);

    test("hangs, holds up no call", async () => {
      const server = await startPostgres();
      try {
        const settings = { LEDGER_FILE: "off", DATABASE_URL: server.url };
        const send = start(requireSource(chooseLedger(settings, connectBunPostgres)));
        await until("it is open", () => lines.some((line) => line.includes('"state":"ok"')));
        server.kill("SIGSTOP");
        const startedAt = performance.now();
        for (let index = 0; index < 50; index += 1)
          expect((await send("/chat", CHAT)).status).toBe(200);
        expect(performance.now() - startedAt).toBeLessThan(10_000);
        server.kill("SIGCONT");
        await until("all are written", async () =>
          (await send("/usage")).text.includes('"totals":{"calls":50,'),
        );
      } finally {
        await server.stop();
      }
    });
  });
});
