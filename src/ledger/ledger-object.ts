import type { Database, Row, SqlValue, Statement } from "./database.ts";
import { asOneStatement } from "./json-rows.ts";
import { migrate } from "./migrate.ts";
import { sqliteText } from "./sqlite-text.ts";

/** What the ledger uses of a Durable Object's storage. */
export interface LedgerStorage {
  readonly sql: { exec(sql: string, ...params: SqlValue[]): { toArray(): Row[] } };
  transactionSync<T>(work: () => T): T;
}

/** The SQLite database of a Durable Object, with the ledger's tables in it. */
export function createObjectDatabase(storage: LedgerStorage): Promise<Database> {
  const run = ({ sql, params }: Statement) =>
    storage.sql.exec(sqliteText(sql), ...params).toArray();
  return migrate({
    flavor: "sqlite",
    query: async (statement) => run(statement),
    async transact(statements) {
      storage.transactionSync(() => {
        for (const statement of statements)
          run("sql" in statement ? statement : asOneStatement("sqlite", statement));
      });
    },
    close: () => Promise.resolve(),
  });
}
