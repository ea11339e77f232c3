import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Database, Row, SqlValue } from "../ledger/database.ts";
import { asPreparedStatement } from "../ledger/json-rows.ts";
import { sqliteText } from "../ledger/sqlite-text.ts";

/**
 * How long a write waits for another process that holds the file, in milliseconds. The event loop
 * stands still meanwhile; a write that failed is tried again.
 */
const BUSY_TIMEOUT_MS = 50;

/**
 * A SQLite file, or `:memory:`, by the module that Bun and Deno both have. Throws as SQLite does.
 */
export async function openSqlite(file: string): Promise<Database> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  // Rows have 500 bytes and more: on pages of twice the usual size they take a fifth less time to
  // write and to delete. A file that exists keeps its own size.
  database.exec("PRAGMA page_size = 8192");
  // A commit is safe from the end of this process, and costs no wait for the disk. What a power
  // failure may take with it is the last commits, never the file.
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = NORMAL");
  const run = createRunner(database);

  return {
    flavor: "sqlite",
    query: async ({ sql, params }) => run(sql, params),
    async transact(statements) {
      database.exec("BEGIN IMMEDIATE");
      try {
        for (const statement of statements) {
          if ("sql" in statement) run(statement.sql, statement.params);
          else {
            const { sql, params } = asPreparedStatement(statement);
            for (const row of params) run(sql, row);
          }
        }
        database.exec("COMMIT");
      } catch (thrown) {
        database.exec("ROLLBACK");
        throw thrown;
      }
    },
    async close() {
      database.close();
    },
  };
}

/** Statements are prepared once: their texts are a closed list. */
function createRunner(database: DatabaseSync) {
  const prepared = new Map<string, StatementSync>();
  return (sql: string, params: readonly SqlValue[]): readonly Row[] => {
    let statement = prepared.get(sql);
    if (!statement) {
      statement = database.prepare(sqliteText(sql));
      prepared.set(sql, statement);
    }
    return statement.all(...params);
  };
}
