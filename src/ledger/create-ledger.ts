import type { Platform } from "../platform.ts";
import type { Recorder } from "../telemetry/call-record.ts";
import type { Log } from "../telemetry/log.ts";
import { appendCalls, type Batch, isWritten } from "./append-calls.ts";
import { createConnection } from "./connection.ts";
import type { Database } from "./database.ts";
import type { LedgerConfig } from "./env.ts";
import { createPruner } from "./prune.ts";
import type { LedgerSource } from "./source.ts";
import type { WriterStatus } from "./writer.ts";

export interface LedgerStatus extends WriterStatus {
  readonly kind: string;
  /** Why the database was not to be used at the last try; null if it was. */
  readonly failure: string | null;
}

/** One row for each call, in a database that a runtime opened. */
export interface Ledger {
  readonly record: Recorder;
  status(): LedgerStatus;
  /** For the readers. Rejects with the database's own error. */
  database(): Promise<Database>;
  /** Writes what is queued, and closes the database. */
  close(): Promise<void>;
}

export interface LedgerDeps {
  readonly platform: Pick<Platform, "now" | "randomId">;
  readonly log: Log;
  readonly config: Pick<LedgerConfig, "LEDGER_CALLS_DAYS" | "LEDGER_USAGE_DAYS">;
}

/** A ledger that fails never fails a call: the log, `/health` and the metrics tell of it. */
export function createLedger(source: LedgerSource, { platform, log, config }: LedgerDeps): Ledger {
  const { kind } = source;
  const connection = createConnection(source);
  const pruner = createPruner({
    callsDays: config.LEDGER_CALLS_DAYS,
    usageDays: config.LEDGER_USAGE_DAYS,
    maxRows: source.maxRows,
  });
  let failure: string | null = null;

  function report(reason: string | null): void {
    const changed = reason !== failure;
    failure = reason;
    if (!changed) return;
    const { queued, dropped } = writer.status();
    if (reason === null) log("info", "ledger", { store: kind, state: "ok", queued, dropped });
    else log("error", "ledger", { store: kind, state: "failing", reason, queued, dropped });
  }

  async function write(batch: Batch, again: boolean): Promise<void> {
    try {
      const database = await connection.get();
      const done = again && (await isWritten(database, batch.id));
      if (!done) await appendCalls(database, batch, platform.now());
      report(null);
      await pruner.afterWrite(database, batch.calls.length, platform.now());
    } catch (thrown) {
      report(describeFailure(thrown));
      throw thrown;
    }
  }

  async function isReachable(): Promise<boolean> {
    try {
      const database = await connection.get();
      await database.query({ sql: "SELECT version FROM ledger_schema", params: [] });
      return true;
    } catch {
      return false;
    }
  }

  const { randomId, now } = platform;
  const writer = source.createWriter({ write, isReachable, randomId, now });

  if (source.opensAtStart) {
    // A file that cannot be opened is told of at start, not at the first call.
    connection.get().then(
      () => log("info", "ledger", { store: kind, state: "ok" }),
      (thrown) => report(describeFailure(thrown)),
    );
  }

  return {
    record: writer.add,
    status: () => ({ kind, failure, ...writer.status() }),
    database: connection.get,
    async close() {
      await writer.close();
      await connection.close();
    },
  };
}

/** A short reason for the log: an error's own text may hold a row, or a password. */
function describeFailure(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown;
  // Some clients have PostgreSQL's own code in `errno`; SQLite's is in `errcode`.
  for (const name of ["errcode", "errno", "code"]) {
    const code: unknown = Reflect.get(thrown, name);
    if (typeof code === "string" || typeof code === "number") return `${thrown.name} ${code}`;
  }
  return thrown.name;
}
