import type { Database, Row, SqlValue } from "../ledger/database.ts";
import { asOneStatement } from "../ledger/json-rows.ts";

/** What `Bun.SQL` and the package `postgres` have in common. */
export interface PostgresClient {
  unsafe(text: string, params: SqlValue[]): PromiseLike<readonly Row[]>;
  begin(work: (transaction: Pick<PostgresClient, "unsafe">) => Promise<void>): PromiseLike<unknown>;
  end(options: { timeout: number }): PromiseLike<unknown>;
}

/** For both clients. The server ends a statement that takes longer, and frees its locks. */
export const STATEMENT_TIMEOUT_MS = 15_000;
export const CONNECT_TIMEOUT_SECONDS = 5;
export const MAX_CONNECTIONS = 4;

/** Longer than the server's own limit: it is for a server that is silent. */
const SILENCE_MS = STATEMENT_TIMEOUT_MS + 5000;
const CLOSE_TIMEOUT_SECONDS = 2;

export function createPostgresDatabase(client: PostgresClient): Database {
  return {
    flavor: "postgres",
    query: ({ sql, params }) => answered(client.unsafe(sql, [...params])),
    async transact(statements) {
      await answered(
        client.begin(async (transaction) => {
          for (const statement of statements) {
            const { sql, params } =
              "sql" in statement ? statement : asOneStatement("postgres", statement);
            await transaction.unsafe(sql, [...params]);
          }
        }),
      );
    },
    async close() {
      await client.end({ timeout: CLOSE_TIMEOUT_SECONDS });
    },
  };
}

/** A server that hangs never answers, and neither client gives up by itself. */
async function answered<T>(work: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The database is silent.")), SILENCE_MS);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
