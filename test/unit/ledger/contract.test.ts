import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendCalls, isWritten } from "../../../src/ledger/append-calls.ts";
import { SLOT_MS } from "../../../src/ledger/columns.ts";
import type { Database } from "../../../src/ledger/database.ts";
import { migrate } from "../../../src/ledger/migrate.ts";
import { prune } from "../../../src/ledger/prune.ts";
import { readCalls } from "../../../src/usage/read-calls.ts";
import { readUsage, type UsageQuery } from "../../../src/usage/read-usage.ts";
import { callRecord } from "../../support/call-records.ts";
import { LEDGER_STAGES, type LedgerStage } from "../../support/ledger-sources.ts";

const DAY_MS = 24 * 3600 * 1000;
const NOON = Date.UTC(2026, 10, 20, 12);
const slotOf = (time: number) => Math.floor(time / SLOT_MS);
const EVER = [{ label: "", first: 0, next: slotOf(NOON + 100 * DAY_MS) }];
const ALL: UsageQuery = {
  periods: EVER,
  dimensions: [],
  scope: {},
  filters: {},
  limit: 1000,
  after: undefined,
};
const ALL_CALLS = {
  start: 0,
  end: NOON + 100 * DAY_MS,
  scope: {},
  filters: {},
  limit: 1000,
  before: undefined,
};

for (const { name, available, start } of LEDGER_STAGES) {
  describe.skipIf(!available)(`the ledger in ${name}`, () => {
    let stage: LedgerStage;
    let database: Database;
    let batches = 0;

    /** A tenant of its own keeps one test's rows out of the next one. */
    async function append(tenant: string, changes: Parameters<typeof callRecord>[0][]) {
      const calls = changes.map((change) => callRecord({ tenant, ...change }));
      batches += 1;
      await appendCalls(database, { id: `batch-${batches}`, calls }, NOON);
      return calls;
    }

    beforeAll(async () => {
      stage = await start();
      // Three servers that start at the same time on an empty database.
      const [first, ...others] = await Promise.all([1, 2, 3].map(() => stage.source.open()));
      if (!first) throw new Error("nothing was opened");
      database = first;
      for (const other of others) await other.close();
    });
    afterAll(async () => {
      await database.close();
      await stage.stop();
    });

    test("gives back what was written", async () => {
      await append("written", [
        {
          requestId: "a".repeat(32),
          subject: "Zoë “quoted” 'single' \\ back",
          usage: {
            input_tokens: 1000,
            output_tokens: 200,
            cached_input_tokens: 300,
            cache_write_input_tokens: 50,
            reasoning_tokens: 120,
            total_tokens: 1200,
          },
          cost: { currency: "USD", input: 0.001234567, output: 0.000000001, total: 0.001234568 },
        },
      ]);
      const [call] = await readCalls(database, { ...ALL_CALLS, scope: { tenant: "written" } });
      expect(call).toMatchObject({
        subject: "Zoë “quoted” 'single' \\ back",
        duration_ms: 2000,
        first_content_ms: 1000,
        details: {
          request_id: "a".repeat(32),
          started_at: NOON,
          ended_at: NOON + 2000,
          input_tokens: 1000,
          cached_input_tokens: 300,
          cache_write_input_tokens: 50,
          reasoning_tokens: 120,
          input_cost_nanos: 1_234_567,
          output_cost_nanos: 1,
          price: { input: 2, output: 10 },
          attempts: [
            { provider: "claude", model: "claude-sonnet-5-5", outcome: "ok", duration_ms: 900 },
          ],
        },
      });
    });

    test("keeps what is not known apart from nothing", async () => {
      await append("unknown", [{ usage: null, usageSource: "none", cost: null, price: null }]);
      const [call] = await readCalls(database, { ...ALL_CALLS, scope: { tenant: "unknown" } });
      const nothing = { input_tokens: null, input_cost_nanos: null, price: null };
      expect(call?.details).toMatchObject(nothing);
    });

    test("takes the names that callers make up, whatever is in them", async () => {
      const model = "nul\u0000 half \ud800 $1 ?1 '; DROP TABLE ledger_calls; --";
      await append("names", [{ model }, { model: "x".repeat(5000) }]);
      const calls = await readCalls(database, { ...ALL_CALLS, scope: { tenant: "names" } });
      const models = calls.map((call) => call.model).sort();
      expect(models).toEqual([
        "nul\ufffd half \ufffd $1 ?1 '; DROP TABLE ledger_calls; --",
        "x".repeat(255),
      ]);
    });

    test("never counts a batch twice, and says that it has it", async () => {
      const batch = { id: "twice", calls: [callRecord({ tenant: "twice" })] };
      expect(await isWritten(database, "twice")).toBe(false);
      await appendCalls(database, batch, NOON);
      await expect(appendCalls(database, batch, NOON)).rejects.toThrow();
      expect(await isWritten(database, "twice")).toBe(true);
      const [group] = await readUsage(database, { ...ALL, scope: { tenant: "twice" } });
      expect(group?.sums.calls).toBe(1);
    });

    test("writes nothing of a batch of which one row is refused", async () => {
      const call = callRecord({ tenant: "half" });
      const batch = { id: "half", calls: [call, call] };
      await expect(appendCalls(database, batch, NOON)).rejects.toThrow();
      expect(await isWritten(database, "half")).toBe(false);
      expect(await readUsage(database, { ...ALL, scope: { tenant: "half" } })).toEqual([]);
    });

    test("adds to the sums of earlier batches, each quarter of an hour by itself", async () => {
      const later = NOON + SLOT_MS;
      await append("sums", [{}, { stream: true }, { subject: "user-2", endedAt: later }]);
      await append("sums", [{ outcome: "upstream_error", usage: null, cost: null }]);
      const periods = [
        { label: "one", first: slotOf(NOON), next: slotOf(NOON) + 1 },
        { label: "two", first: slotOf(later), next: slotOf(later) + 1 },
      ];
      const scope = { tenant: "sums" };
      const groups = await readUsage(database, { ...ALL, periods, scope, dimensions: ["subject"] });
      expect(
        groups.map(({ key, sums }) => [...key, sums.calls, sums.streams, sums.errors]),
      ).toEqual([
        ["one", "user-1", 3, 1, 1],
        ["two", "user-2", 1, 0, 0],
      ]);
      expect(groups[0]?.sums.output_cost_nanos).toBe(400_000);
    });

    test("gives groups and calls in pages", async () => {
      await append(
        "pages",
        Array.from({ length: 7 }, (_, index) => ({
          model: `model-${index}`,
          endedAt: NOON + index,
        })),
      );
      const scope = { tenant: "pages" };
      const query: UsageQuery = { ...ALL, scope, dimensions: ["model"], limit: 3 };
      const models: string[] = [];
      for (let after: readonly string[] | undefined; ; ) {
        const groups = await readUsage(database, { ...query, after });
        if (groups.length === 0) break;
        models.push(...groups.map(({ key }) => key[1] ?? ""));
        after = groups.at(-1)?.key;
      }
      expect(models).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => `model-${index}`));

      const first = await readCalls(database, { ...ALL_CALLS, scope, limit: 4 });
      const before = first.at(-1)?.id;
      const second = await readCalls(database, { ...ALL_CALLS, scope, limit: 4, before });
      expect([...first, ...second].map(({ model }) => model)).toEqual([...models].reverse());
    });

    test("filters, and shows a scope its own calls alone", async () => {
      await append("scope", [
        { subject: "a" },
        { subject: "b" },
        { subject: "a", issuer: "another" },
      ]);
      const scope = { issuer: "oneshot", tenant: "scope", subject: "a" };
      expect(await readCalls(database, { ...ALL_CALLS, scope })).toHaveLength(1);
      const [group] = await readUsage(database, { ...ALL, scope, filters: { subject: "b" } });
      expect(group).toBeUndefined();
    });

    test("sums three million dollars to the nano-dollar", async () => {
      const cost = { currency: "USD" as const, input: 1_000_000.000000001, output: 0, total: 0 };
      await append("rich", [{ cost }, { cost }, { cost }]);
      const [group] = await readUsage(database, { ...ALL, scope: { tenant: "rich" } });
      expect(group?.sums.input_cost_nanos).toBe(3 * Math.round(cost.input * 1e9));
    });

    test("has its tables made once, however often they are asked for", async () => {
      await Promise.all([1, 2, 3].map(() => migrate(database)));
      const sql = "SELECT version FROM ledger_schema ORDER BY version";
      const rows = await database.query({ sql, params: [] });
      expect(rows.map(({ version }) => Number(version))).toEqual([1]);
    });

    test("deletes what is old, and what is too much", async () => {
      await append("old", [{ endedAt: NOON - 50 * DAY_MS }, { endedAt: NOON - 3 * DAY_MS }, {}]);
      await prune(database, { callsDays: 2, usageDays: 10, maxRows: undefined }, NOON + 1000);
      const scope = { tenant: "old" };
      expect(await readCalls(database, { ...ALL_CALLS, scope })).toHaveLength(1);
      const [group] = await readUsage(database, { ...ALL, scope });
      expect(group?.sums.calls).toBe(2);

      await append(
        "many",
        Array.from({ length: 30 }, (_, index) => ({ endedAt: NOON + DAY_MS + index })),
      );
      await prune(database, { callsDays: 2, usageDays: 10, maxRows: 20 }, NOON + DAY_MS);
      const left = await readCalls(database, ALL_CALLS);
      expect(left).toHaveLength(20);
      expect(left.every(({ tenant }) => tenant === "many")).toBe(true);
    });

    test("bounds the batches that it remembers as well", async () => {
      const later = NOON + 2 * DAY_MS;
      for (let index = 0; index < 30; index += 1)
        await appendCalls(database, { id: `late-${index}`, calls: [] }, later + index);
      await prune(database, { callsDays: 2, usageDays: 10, maxRows: 20 }, later);
      expect(await isWritten(database, "late-9")).toBe(false);
      expect(await isWritten(database, "late-10")).toBe(true);
    });
  });
}
