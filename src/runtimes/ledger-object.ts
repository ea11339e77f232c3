import { DurableObject } from "cloudflare:workers";
import { type Connection, createConnection } from "../ledger/connection.ts";
import type { Database, Row, RowsStatement, Statement } from "../ledger/database.ts";
import type { LedgerStorage } from "../ledger/ledger-object.ts";
import { createRequestWriter } from "../ledger/request-writer.ts";
import type { LedgerSource } from "../ledger/source.ts";

/**
 * The Durable Object class that wrangler.toml binds to LEDGER; its methods are called by RPC. One
 * object holds the whole ledger: SQLite takes some thousand rows a second, and by Cloudflare's page
 * on limits an object may hold 10 GB.
 */
export class LedgerDurableObject extends DurableObject {
  readonly #connection: Connection;

  constructor(context: { storage: LedgerStorage }, env: unknown) {
    super(context, env);
    this.#connection = createConnection({
      async open() {
        const { createObjectDatabase } = await import("../ledger/ledger-object.ts");
        return createObjectDatabase(context.storage);
      },
    });
  }

  async query(statement: Statement): Promise<readonly Row[]> {
    return (await this.#connection.get()).query(statement);
  }

  async transact(statements: readonly (Statement | RowsStatement)[]): Promise<void> {
    await (await this.#connection.get()).transact(statements);
  }
}

/** What a Worker sees of the binding. */
interface LedgerNamespace {
  idFromName(name: string): unknown;
  get(id: unknown): Pick<LedgerDurableObject, "query" | "transact">;
}

/** The ledger behind the Worker's binding LEDGER; undefined if there is none. */
export function findLedgerObject(env: Readonly<Record<string, unknown>>): LedgerSource | undefined {
  const namespace = env.LEDGER;
  if (!isNamespace(namespace)) return undefined;
  // A stub belongs to the request that made it.
  const ledger = () => namespace.get(namespace.idFromName("ledger"));
  const database: Database = {
    flavor: "sqlite",
    query: (statement) => ledger().query(statement),
    transact: (statements) => ledger().transact(statements),
    close: () => Promise.resolve(),
  };
  return {
    kind: "durable-object",
    opensAtStart: false,
    createWriter: createRequestWriter,
    open: () => Promise.resolve(database),
  };
}

function isNamespace(value: unknown): value is LedgerNamespace {
  return typeof value === "object" && value !== null && "idFromName" in value;
}
