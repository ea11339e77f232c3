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
      const isDue = now - prunedAt >= PRUNE_EVERY_MS;
      if (!isDue && rowsSince < maxRows / 25) return;
      if (isDue) prunedAt = now;
      rowsSince = 0;
      const work = isDue ? prune(database, retention, now) : trim(database, GROWING, maxRows);
      await work.catch(() => {});
    },
  };
}

/** A table, and the column by which its rows grow old. */
interface Table {
  readonly name: string;
  readonly key: string;
}
const CALLS: Table = { name: "ledger_calls", key: "id" };
const USAGE: Table = { name: "ledger_usage", key: "slot" };
/** One row for up to hundreds of calls; it has no index by its age. */
const BATCHES: Table = { name: "ledger_batches", key: "written_at" };
const GROWING = [CALLS, USAGE];

/** Deletes what is older than the operator wants kept, and what is more than there is room for. */
export async function prune(
  database: Database,
  { callsDays, usageDays, maxRows }: Retention,
  now: number,
): Promise<void> {
  const firstSlot = Math.floor((now - usageDays * DAY_MS) / SLOT_MS);
  await deleteBefore(database, CALLS, "$1", firstIdAt(now - callsDays * DAY_MS));
  await deleteBefore(database, USAGE, "$1", firstSlot);
  await deleteBefore(database, BATCHES, "$1", now - DAY_MS);
  if (maxRows !== undefined) await trim(database, [...GROWING, BATCHES], maxRows);
}

/** Deletes the oldest rows of each table that has too many. */
async function trim(database: Database, tables: readonly Table[], maxRows: number): Promise<void> {
  for (const table of tables) {
    const { name, key } = table;
    // Counting is cheap, and so is passing over the few that are too many; over all others it is not.
    const surplus = `SELECT CASE WHEN COUNT(*) > $1 THEN COUNT(*) - $1 ELSE 0 END FROM ${name}`;
    const first = `(SELECT ${key} FROM ${name} ORDER BY ${key} LIMIT 1 OFFSET (${surplus}))`;
    await deleteBefore(database, table, first, maxRows);
  }
}

/** Deletes the rows before `first`, an expression of one parameter, a range of keys at a time. */
async function deleteBefore(
  database: Database,
  { name, key }: Table,
  first: string,
  parameter: SqlValue,
): Promise<void> {
  const run = (sql: string) => database.query({ sql, params: [parameter] });
  const old = `FROM ${name} WHERE ${key} < ${first}`;
  const nth = (offset: number) => `SELECT ${key} ${old} ORDER BY ${key} LIMIT 1 OFFSET ${offset}`;
  while ((await run(nth(CHUNK_ROWS))).length > 0)
    await run(`DELETE FROM ${name} WHERE ${key} <= (${nth(CHUNK_ROWS - 1)})`);
  await run(`DELETE ${old}`);
}
