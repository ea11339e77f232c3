import {
  CONNECT_TIMEOUT_SECONDS,
  createPostgresDatabase,
  MAX_CONNECTIONS,
  STATEMENT_TIMEOUT_MS,
} from "./open-postgres.ts";

/** The package `postgres`, loaded only if there is a database. */
export async function connectDenoPostgres(url: string) {
  const { default: postgres } = await import("postgres");
  const sql = postgres(url, {
    max: MAX_CONNECTIONS,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    connection: { statement_timeout: STATEMENT_TIMEOUT_MS },
    onnotice() {},
  });
  return createPostgresDatabase({
    unsafe: (text, params) => sql.unsafe(text, params, { prepare: true }),
    begin: (work) => sql.begin((transaction) => work(transaction)),
    end: (options) => sql.end(options),
  });
}
