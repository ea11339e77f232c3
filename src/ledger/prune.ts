import { firstIdAt } from "./call-row.ts";
import { SLOT_MS } from "./columns.ts";
import type { Database, SqlValue } from "./database.ts";

/** Old rows are looked for this often, in milliseconds. */
const PRUNE_EVERY_MS = 60 * 60 * 1000;
/** Rows deleted in one go, so that calls are not held up by a long transaction. */
const CHUNK_ROWS = 2000;
const DAY_MS = 24 * 3600 * 1000;

export interface Retention {
  readonly callsDays: number;
  readonly usageDays: number;
  /** The most rows of each table; undefined if only their age bounds them. */
  readonly maxRows: number | undefined;
}

/** Deletes old rows now and then, behind a write. */
export interface Pruner {
  /** Never rejects: what cannot be deleted now is deleted the next time. */
  afterWrite(database: Database, rows: number, now: number): Promise<void>;
}

export function createPruner(retention: Retention): Pruner {
  const { maxRows = Number.POSITIVE_INFINITY } = retention;
  let prunedAt = Number.NEGATIVE_INFINITY;
  let rowsSince = 0;
  return {
    async afterWrite(database, rows, now) {
      rowsSince += rows;
      if (now - prunedAt < PRUNE_EVERY_MS && rowsSince < maxRows / 10) return;
      prunedAt = now;
      rowsSince = 0;
      await prune(database, retention, now).catch(() => {});
    },
  };
}

/** Deletes what is older than the operator wants kept, and what is more than there is room for. */
export async function prune(
  database: Database,
  { callsDays, usageDays, maxRows }: Retention,
  now: number,
): Promise<void> {
  const firstCall = firstIdAt(now - callsDays * DAY_MS);
  const firstSlot = Math.floor((now - usageDays * DAY_MS) / SLOT_MS);
  await deleteInChunks(database, "ledger_calls", "id", "id < $1", [firstCall]);
  await deleteInChunks(database, "ledger_usage", "slot", "slot < $1", [firstSlot]);
  await deleteInChunks(database, "ledger_batches", "id", "written_at < $1", [now - DAY_MS]);
  if (maxRows === undefined) return;
  for (const [table, key] of [
    ["ledger_calls", "id"],
    ["ledger_usage", "slot"],
  ] as const) {
    const newest = `SELECT ${key} FROM ${table} ORDER BY ${key} DESC LIMIT 1 OFFSET $1`;
    await deleteInChunks(database, table, key, `${key} < (${newest})`, [maxRows]);
  }
}

async function deleteInChunks(
  database: Database,
  table: string,
  key: string,
  condition: string,
  params: readonly SqlValue[],
): Promise<void> {
  const some = `SELECT ${key} FROM ${table} WHERE ${condition} ORDER BY ${key} LIMIT ${CHUNK_ROWS}`;
  const sql = `DELETE FROM ${table} WHERE ${key} IN (${some}) RETURNING 1 AS one`;
  let deleted: number;
  do {
    deleted = (await database.query({ sql, params })).length;
  } while (deleted >= CHUNK_ROWS);
}
