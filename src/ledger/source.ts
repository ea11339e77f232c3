import type { Database } from "./database.ts";
import type { Writer, WriterOptions } from "./writer.ts";

/** How the ledger's rows get to its database. */
export interface LedgerSource {
  /** What it is, for the log: `memory`, `sqlite`, `postgres`, `durable-object`. */
  readonly kind: string;
  /** Opens the database with the ledger's tables in it. It is called again if it failed. */
  open(): Promise<Database>;
  /** Whether it can be opened before the first request, to report at start that it cannot be. */
  readonly opensAtStart: boolean;
  /** Chosen here, so that the Workers bundle does not carry the writer of the others. */
  readonly createWriter: (options: SourceWriterOptions) => Writer;
  /** The most rows of each table; undefined if only their age bounds them. */
  readonly maxRows?: number;
}

export interface SourceWriterOptions extends WriterOptions {
  /** Milliseconds since 1970. */
  now(): number;
}
