import { createBatchedWriter } from "../ledger/batched-writer.ts";
import type { Database } from "../ledger/database.ts";
import type { LedgerConfig } from "../ledger/env.ts";
import { migrate } from "../ledger/migrate.ts";
import type { LedgerSource } from "../ledger/source.ts";
import { openSqlite } from "./open-sqlite.ts";

const MEMORY = ":memory:";
/**
 * The most calls that a ledger without a disk keeps: about 30 MB, or 60 if each has a subject of its
 * own.
 */
const MAX_MEMORY_ROWS = 50_000;

/** A process outlives its requests, and writes their rows together. */
const IN_PROCESS = { opensAtStart: true, createWriter: createBatchedWriter };

/** Where the settings say that the ledger is (Bun, Deno); undefined if they want none. */
export function chooseLedger(
  { LEDGER_FILE: file, DATABASE_URL: url }: Pick<LedgerConfig, "LEDGER_FILE" | "DATABASE_URL">,
  connectPostgres: (url: string) => Promise<Database>,
): LedgerSource | undefined {
  if (url !== undefined) {
    const open = async () => migrateOrClose(await connectPostgres(url));
    return { kind: "postgres", ...IN_PROCESS, open };
  }
  if (file === "off") return undefined;
  const open = async () => migrateOrClose(await openSqlite(file));
  return file === MEMORY
    ? { kind: "memory", ...IN_PROCESS, open, maxRows: MAX_MEMORY_ROWS }
    : { kind: "sqlite", ...IN_PROCESS, open };
}

async function migrateOrClose(database: Database): Promise<Database> {
  try {
    return await migrate(database);
  } catch (thrown) {
    await database.close().catch(() => {});
    throw thrown;
  }
}
