import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Miniflare } from "miniflare";
import type { Database, Row } from "../../src/ledger/database.ts";
import { createRequestWriter } from "../../src/ledger/request-writer.ts";
import type { LedgerSource } from "../../src/ledger/source.ts";
import { connectBunPostgres } from "../../src/runtimes/bun-postgres.ts";
import { chooseLedger } from "../../src/runtimes/choose-ledger.ts";
import { connectDenoPostgres } from "../../src/runtimes/deno-postgres.ts";
import { hasPostgres, startPostgres } from "./postgres-server.ts";

export interface LedgerStage {
  readonly source: LedgerSource;
  stop(): Promise<void>;
}

/** Everything that the ledger can be kept in, each of them empty and the real thing. */
export const LEDGER_STAGES: readonly {
  readonly name: string;
  readonly available: boolean;
  start(): Promise<LedgerStage>;
}[] = [
  { name: "SQLite in memory", available: true, start: startMemory },
  { name: "a SQLite file", available: true, start: startFile },
  {
    name: "Postgres by Bun's client (needs postgres)",
    available: hasPostgres,
    start: () => startDatabase(connectBunPostgres),
  },
  {
    name: "Postgres by the package (needs postgres)",
    available: hasPostgres,
    start: () => startDatabase(connectDenoPostgres),
  },
  { name: "a Durable Object", available: true, start: startObject },
];

const noPostgres = () => Promise.reject(new Error("there is no Postgres in this test"));

export function requireSource(source: LedgerSource | undefined): LedgerSource {
  if (!source) throw new Error("the settings choose no ledger");
  return source;
}

async function startMemory(): Promise<LedgerStage> {
  const settings = { LEDGER_FILE: ":memory:", DATABASE_URL: undefined };
  return { source: requireSource(chooseLedger(settings, noPostgres)), stop: async () => {} };
}

async function startFile(): Promise<LedgerStage> {
  const folder = mkdtempSync(join(tmpdir(), "ledger-"));
  const settings = { LEDGER_FILE: join(folder, "ledger.db"), DATABASE_URL: undefined };
  return {
    source: requireSource(chooseLedger(settings, noPostgres)),
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function startDatabase(connect: (url: string) => Promise<Database>): Promise<LedgerStage> {
  const server = await startPostgres();
  const settings = { LEDGER_FILE: "off", DATABASE_URL: server.url };
  return { source: requireSource(chooseLedger(settings, connect)), stop: server.stop };
}

let workerCode: Promise<string> | undefined;

async function bundleLedgerWorker(): Promise<string> {
  const bundle = await Bun.build({
    entrypoints: [resolve(import.meta.dir, "workers/ledger-worker.ts")],
    target: "browser",
    external: ["cloudflare:workers"],
  });
  return (await bundle.outputs[0]?.text()) ?? "";
}

async function startObject(): Promise<LedgerStage> {
  workerCode ??= bundleLedgerWorker();
  const worker = new Miniflare({
    host: "127.0.0.1",
    modules: [{ type: "ESModule", path: "worker.js", contents: await workerCode }],
    compatibilityDate: "2026-07-30",
    durableObjects: { LEDGER: { className: "LedgerDurableObject", useSQLite: true } },
  });
  const url = await worker.ready;
  async function send(path: string, content: object): Promise<Row[]> {
    const body = JSON.stringify(content);
    const response = await fetch(new URL(path, url), { method: "POST", body });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }
  const database: Database = {
    flavor: "sqlite",
    query: (statement) => send("/query", statement),
    async transact(statements) {
      await send("/transact", statements);
    },
    close: () => Promise.resolve(),
  };
  return {
    source: {
      kind: "durable-object",
      opensAtStart: false,
      createWriter: createRequestWriter,
      open: () => Promise.resolve(database),
    },
    stop: () => worker.dispose(),
  };
}
