import type { Batch } from "./append-calls.ts";
import type { CallRow } from "./columns.ts";

/** What became of the rows. */
export interface WriterStatus {
  readonly queued: number;
  readonly written: number;
  /** Calls that no row tells of: the queue was full, or the database refused the row. */
  readonly dropped: number;
}

/** Takes rows off the path of the calls. */
export interface Writer {
  /** Never throws; a promise settles when the row is written or given up. */
  add(row: CallRow): void | Promise<void>;
  status(): WriterStatus;
  /** Writes what is queued. */
  close(): Promise<void>;
}

export interface WriterOptions {
  /** Writes a batch; `again` if an earlier try failed, or seemed to. Rejects if it cannot. */
  write(batch: Batch, again: boolean): Promise<void>;
  /** Whether the database answers: then a batch that fails again and again is itself at fault. */
  isReachable(): Promise<boolean>;
  randomId(): string;
}
