import type { CallRecord } from "../telemetry/call-record.ts";
import { createCallRow } from "./call-row.ts";
import { CALL_COLUMNS, SUMS, USAGE_COLUMNS, USAGE_KEY } from "./columns.ts";
import type { Database } from "./database.ts";
import { sumRows } from "./sum-rows.ts";

/** Calls that are written together, once. */
export interface Batch {
  readonly id: string;
  readonly calls: readonly CallRecord[];
}

const listColumns = (columns: object) => Object.keys(columns).join(", ");
const ADD_SUMS = SUMS.map((name) => `${name} = ledger_usage.${name} + excluded.${name}`).join(", ");

const CALLS = {
  insert: `INSERT INTO ledger_calls (${listColumns(CALL_COLUMNS)})`,
  columns: CALL_COLUMNS,
  conflict: "",
};
const USAGE = {
  insert: `INSERT INTO ledger_usage (${listColumns(USAGE_COLUMNS)})`,
  columns: USAGE_COLUMNS,
  conflict: `ON CONFLICT (${listColumns(USAGE_KEY)}) DO UPDATE SET ${ADD_SUMS}`,
};

/**
 * Writes a batch: its calls, and their sums, in one transaction. It rejects if the batch has been
 * written before, so that it can be tried again without being counted twice.
 */
export async function appendCalls(
  database: Database,
  { id, calls }: Batch,
  now: number,
): Promise<void> {
  const rows = calls.map(createCallRow);
  await database.transact([
    { sql: "INSERT INTO ledger_batches (id, written_at) VALUES ($1, $2)", params: [id, now] },
    { ...CALLS, rows },
    { ...USAGE, rows: sumRows(rows) },
  ]);
}

/** Whether this batch is in the database: a failure may come after the write was done. */
export async function isWritten(database: Database, batchId: string): Promise<boolean> {
  const sql = "SELECT id FROM ledger_batches WHERE id = $1";
  return (await database.query({ sql, params: [batchId] })).length > 0;
}
