import { CALL_COLUMNS, NULLABLE, USAGE_COLUMNS, USAGE_KEY } from "./columns.ts";
import type { Columns, Database, Flavor, Statement } from "./database.ts";
import { sqlType } from "./json-rows.ts";

/** Any number that no other program takes for its lock in this database. */
const MIGRATION_LOCK = 7_215_620_514;
/**
 * A migration waits no longer than this for another server's: then it fails, and is tried again.
 */
const LOCK_TIMEOUT_MS = 10_000;

/**
 * Each list of statements is a version of the tables; a list that has been released never changes.
 */
const MIGRATIONS: readonly ((flavor: Flavor) => readonly string[])[] = [
  (flavor) => [
    table(flavor, "ledger_calls", CALL_COLUMNS, ["id"]),
    // A caller sees only its own calls; the newest come first.
    "CREATE INDEX ledger_calls_subject ON ledger_calls (subject, id)",
    table(flavor, "ledger_usage", USAGE_COLUMNS, Object.keys(USAGE_KEY)),
    table(flavor, "ledger_batches", { id: "text", written_at: "integer" }, ["id"]),
  ],
];

/**
 * Brings the ledger's tables up to date. Several servers may do this at the same time: one of them
 * changes the tables, the others wait for it.
 */
export async function migrate(database: Database): Promise<Database> {
  const { flavor } = database;
  const versions = table(flavor, "ledger_schema", { version: "integer" }, ["version"]);
  await database.transact([
    ...lock(flavor),
    { sql: versions.replace("TABLE", "TABLE IF NOT EXISTS"), params: [] },
  ]);
  for (let done = await readVersion(database); done < MIGRATIONS.length; ) {
    const statements = MIGRATIONS[done]?.(flavor) ?? [];
    try {
      await database.transact([
        ...lock(flavor),
        // Fails if another server was faster, and nothing is done twice.
        { sql: "INSERT INTO ledger_schema (version) VALUES ($1)", params: [done + 1] },
        ...statements.map((sql) => ({ sql, params: [] })),
      ]);
      done += 1;
    } catch (thrown) {
      const now = await readVersion(database);
      if (now === done) throw thrown;
      done = now;
    }
  }
  return database;
}

function lock(flavor: Flavor): Statement[] {
  if (flavor === "sqlite") return [];
  return [
    { sql: `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`, params: [] },
    { sql: `SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`, params: [] },
  ];
}

async function readVersion(database: Database): Promise<number> {
  const [row] = await database.query({
    sql: "SELECT COALESCE(MAX(version), 0) AS version FROM ledger_schema",
    params: [],
  });
  return Number(row?.version);
}

function table(flavor: Flavor, name: string, columns: Columns, key: readonly string[]): string {
  const fields = Object.entries(columns).map(([column, type]) => {
    const required = NULLABLE.has(column) && name === "ledger_calls" ? "" : " NOT NULL";
    return `${column} ${sqlType(flavor, type)}${required}`;
  });
  const strict = flavor === "sqlite" ? " STRICT" : "";
  return `CREATE TABLE ${name} (${fields.join(", ")}, PRIMARY KEY (${key.join(", ")}))${strict}`;
}
