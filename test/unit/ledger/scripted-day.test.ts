import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as z from "zod";
import { type App, createApp } from "../../../src/app.ts";
import { loadConfig } from "../../../src/config.ts";
import { isErrorCode } from "../../../src/errors/error-codes.ts";
import { createBatchedWriter } from "../../../src/ledger/batched-writer.ts";
import { createLedger } from "../../../src/ledger/create-ledger.ts";
import type { LedgerSource } from "../../../src/ledger/source.ts";
import { createTimerWheel } from "../../../src/runtimes/timer-wheel.ts";
import { mintTestToken, TEST_JWT } from "../../support/chat-client.ts";
import { LEDGER_STAGES, type LedgerStage } from "../../support/ledger-sources.ts";
import { type DayCall, scriptDay } from "../../support/scripted-day.ts";
import { until } from "../../support/until.ts";

const CALLS = 10_000;
const day = scriptDay(CALLS);
const RANGE = "from=2026-11-19&to=2026-11-22";

const usageSchema = z.object({
  data: z.array(z.looseObject({})),
  totals: z.record(z.string(), z.number()),
  next_page: z.string().nullable(),
});

const platform = {
  runtime: "bun" as const,
  fetch: () => Promise.reject(new Error("nobody is called")),
  now: Date.now,
  randomId: () => crypto.randomUUID().replaceAll("-", ""),
  random: Math.random,
  every: createTimerWheel(),
  log() {},
};

/** The sums of these calls, by whole numbers; dollars are written as the answer has them. */
function expectSums(calls: readonly DayCall[]) {
  const sum = (value: (call: DayCall) => number) =>
    calls.reduce((total, call) => total + value(call), 0);
  const dollars = (nanos: bigint) => Number(nanos) / 1e9;
  const inputNanos = calls.reduce((all, { expected }) => all + (expected?.inputNanos ?? 0n), 0n);
  const outputNanos = calls.reduce((all, { expected }) => all + (expected?.outputNanos ?? 0n), 0n);
  return {
    calls: calls.length,
    streams: sum(({ record }) => (record.stream ? 1 : 0)),
    errors: sum(({ record }) => (record.outcome === "ok" ? 0 : 1)),
    rescued_calls: sum(({ record }) =>
      record.outcome === "ok" && record.attempts.length > 1 ? 1 : 0,
    ),
    input_tokens: sum(({ record }) => record.usage?.input_tokens ?? 0),
    output_tokens: sum(({ record }) => record.usage?.output_tokens ?? 0),
    cached_input_tokens: sum(({ record }) => record.usage?.cached_input_tokens ?? 0),
    cache_write_input_tokens: sum(({ record }) => record.usage?.cache_write_input_tokens ?? 0),
    reasoning_tokens: sum(({ record }) => record.usage?.reasoning_tokens ?? 0),
    cost_usd: dollars(inputNanos + outputNanos),
    input_cost_usd: dollars(inputNanos),
    output_cost_usd: dollars(outputNanos),
    unpriced_calls: sum(({ record, expected }) => (record.usage && !expected ? 1 : 0)),
    estimated_calls: sum(({ record }) => (record.usageSource === "estimated" ? 1 : 0)),
    duration_ms: sum(({ record }) => record.endedAt - record.startedAt),
  };
}

/** The calls by a key, in the order of the keys. */
function groupCalls(keyOf: (call: DayCall) => string[]): [string[], DayCall[]][] {
  const groups = new Map<string, DayCall[]>();
  for (const call of day) {
    const key = JSON.stringify(keyOf(call));
    groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  return [...groups].map(([key, calls]) => [z.array(z.string()).parse(JSON.parse(key)), calls]);
}

const byName = (one: object, other: object) =>
  JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;

/** The day in a zone that is this many minutes before UTC. */
const dayAt = (minutes: number, time: number) =>
  new Date(time + minutes * 60_000).toISOString().slice(0, 10);

for (const { name, available, start } of LEDGER_STAGES) {
  describe.skipIf(!available)(`a day of ${CALLS} calls in ${name}`, () => {
    let stage: LedgerStage;
    let app: App;
    let token: string;

    async function write(source: LedgerSource): Promise<void> {
      const config = { LEDGER_CALLS_DAYS: 3650, LEDGER_USAGE_DAYS: 3650 };
      const inBatches = { ...source, createWriter: createBatchedWriter };
      const ledger = createLedger(inBatches, { platform, log() {}, config });
      for (const { record } of day) void ledger.record(record);
      await until("the day is written", () => ledger.status().queued === 0);
      expect(ledger.status()).toMatchObject({ written: CALLS, dropped: 0, failure: null });
    }

    async function get(query: string) {
      const request = new Request(`http://localhost/usage?${RANGE}&${query}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const response = await app.fetch(request, () => {});
      expect(response.status).toBe(200);
      return usageSchema.parse(await response.json());
    }

    beforeAll(async () => {
      stage = await start();
      // One database for the writer and the reader, in memory too.
      const opened = stage.source.open();
      const source = { ...stage.source, open: () => opened };
      await write(source);
      app = createApp(loadConfig({ ...TEST_JWT, LOG_LEVEL: "off" }), platform, { ledger: source });
      token = await mintTestToken({ scope: "admin" });
    }, 120_000);
    afterAll(async () => {
      await app.close();
      await stage.stop();
    });

    test("has the totals of an independent sum, to the nano-dollar", async () => {
      expect((await get("")).totals).toEqual(expectSums(day));
    });

    test("has the sums by day, model and outcome", async () => {
      const { data } = await get("group_by=day,provider,model,outcome");
      const expected = groupCalls(({ record }) => [
        dayAt(0, record.endedAt),
        record.provider ?? "",
        record.model ?? "",
        record.outcome,
      ]).map(([[date, provider, model, outcome], calls]) => ({
        day: date,
        provider,
        model,
        outcome,
        error_type: isErrorCode(outcome ?? "") ? expect.any(String) : null,
        ...expectSums(calls),
      }));
      expect(data.sort(byName)).toEqual(expected.sort(byName));
    });

    test("has the sums by day and subject in a zone half an hour off, in pages", async () => {
      const data: object[] = [];
      for (let page = ""; ; ) {
        const zone = "group_by=day,tenant,subject&time_zone=Asia/Kolkata&limit=37";
        const answer = await get(`${zone}${page}`);
        data.push(...answer.data);
        if (answer.next_page === null) break;
        page = `&page=${answer.next_page}`;
      }
      const expected = groupCalls(({ record }) => [
        dayAt(330, record.endedAt),
        record.tenant ?? "",
        record.subject,
      ]).map(([[date, tenant, subject], calls]) => ({
        day: date,
        tenant,
        subject,
        ...expectSums(calls),
      }));
      expect(data.sort(byName)).toEqual(expected.sort(byName));
    });

    test("has the sums of a filter", async () => {
      const { totals } = await get("tenant=tenant-2&model=day-large");
      const calls = day.filter(
        ({ record }) => record.tenant === "tenant-2" && record.model === "day-large",
      );
      expect(totals).toEqual(expectSums(calls));
    });
  });
}
