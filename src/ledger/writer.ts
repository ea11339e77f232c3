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
   * Never throws. If it returns a promise, the runtime must live until that settles: all calls that
   * wait are then written or given up. Without a promise, another call's promise covers this one.
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
