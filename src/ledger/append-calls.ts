import { CALL_COLUMNS, type CallRow, SUMS, USAGE_COLUMNS, USAGE_KEY } from "./columns.ts";
import type { Database, Flavor } from "./database.ts";
import { jsonRows } from "./json-rows.ts";
import { sumRows } from "./sum-rows.ts";

/** Rows that are written together, once. */
export interface Batch {
  readonly id: string;
  readonly calls: readonly CallRow[];
}

/**
 * Writes a batch: its calls, and their sums, in one transaction. It rejects if the batch has been
 * written before, so that it can be tried again without being counted twice.
 */
export async function appendCalls(
  database: Database,
  { id, calls }: Batch,
  now: number,
): Promise<void> {
  const { insertCalls, addUsage } = STATEMENTS[database.flavor];
  await database.transact([
    { sql: "INSERT INTO ledger_batches (id, written_at) VALUES ($1, $2)", params: [id, now] },
    { sql: insertCalls, params: [JSON.stringify(calls)] },
    { sql: addUsage, params: [JSON.stringify(sumRows(calls))] },
  ]);
}

/** Whether this batch is in the database: a failure may come after the write was done. */
export async function isWritten(database: Database, batchId: string): Promise<boolean> {
  const sql = "SELECT id FROM ledger_batches WHERE id = $1";
  return (await database.query({ sql, params: [batchId] })).length > 0;
}

function buildStatements(flavor: Flavor) {
  const calls = Object.keys(CALL_COLUMNS).join(", ");
  const usage = Object.keys(USAGE_COLUMNS).join(", ");
  const sums = SUMS.map((name) => `${name} = ledger_usage.${name} + excluded.${name}`);
  return {
    insertCalls: `INSERT INTO ledger_calls (${calls})
      SELECT ${calls} FROM ${jsonRows(flavor, "$1", "given", CALL_COLUMNS)}`,
    // Without a WHERE, SQLite takes ON CONFLICT for the condition of a join.
    addUsage: `INSERT INTO ledger_usage (${usage})
      SELECT ${usage} FROM ${jsonRows(flavor, "$1", "given", USAGE_COLUMNS)} WHERE true
      ON CONFLICT (${Object.keys(USAGE_KEY).join(", ")}) DO UPDATE SET ${sums.join(", ")}`,
  };
}

const STATEMENTS = { sqlite: buildStatements("sqlite"), postgres: buildStatements("postgres") };
