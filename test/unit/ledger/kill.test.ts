import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openSqlite } from "../../../src/runtimes/open-sqlite.ts";

const folder = mkdtempSync(join(tmpdir(), "ledger-kill-"));
const file = join(folder, "ledger.db");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KILLS = 6;

/** Writes until it is killed at some moment; gives how many rows it knew to be written. */
async function writeUntilKilled(milliseconds: number): Promise<number> {
  const child = Bun.spawn(
    [process.execPath, resolve(import.meta.dir, "../../support/ledger-hammer.ts"), file],
    { stdout: "pipe", stderr: "inherit" },
  );
  let written = 0;
  const decoder = new TextDecoder();
  for await (const bytes of child.stdout) {
    const counts = decoder.decode(bytes).trim().split("\n");
    const begun = written > 0;
    written = Number(counts.at(-1));
    // The clock runs from the first written row on.
    if (!begun && written > 0) setTimeout(() => child.kill("SIGKILL"), milliseconds);
  }
  expect(child.signalCode ?? (await child.exited.then(() => child.signalCode))).toBe("SIGKILL");
  return written;
}

test("a kill in the middle of a write loses no row that was written, and counts none twice", async () => {
  let known = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    known += await writeUntilKilled(kill * 37 + 5);
    const database = await openSqlite(file);
    const query = async (sql: string) => (await database.query({ sql, params: [] }))[0] ?? {};
    const calls = await query("SELECT COUNT(*) AS n, COUNT(DISTINCT id) AS ids FROM ledger_calls");
    const usage = await query(
      "SELECT SUM(calls) AS n, SUM(input_cost_nanos) AS cost FROM ledger_usage",
    );
    expect(await query("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
    expect(Number(calls.n)).toBeGreaterThanOrEqual(known);
    expect(calls.ids).toBe(calls.n);
    expect(usage).toEqual({ n: calls.n, cost: Number(calls.n) * 20_000 });
    known = Number(calls.n);
    await database.close();
  }
  expect(known).toBeGreaterThan(1000);
});
