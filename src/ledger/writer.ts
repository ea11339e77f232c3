import type { CallRecord } from "../telemetry/call-record.ts";
import type { Batch } from "./append-calls.ts";

/** What became of the calls. */
export interface WriterStatus {
  readonly queued: number;
  readonly written: number;
  /** Calls that no row tells of: the queue was full, or the database refused the row. */
  readonly dropped: number;
}

/** Writes calls off their own path. */
export interface Writer {
  /**
   * Never throws. A promise settles when the calls that wait are written or given up; the runtime
   * must live so long.
   */
  add(call: CallRecord): void | Promise<void>;
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
