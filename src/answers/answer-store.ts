/** A part of an answer: some of its events, which are counted from 1. */
export interface Piece {
  /** How many events came before. */
  readonly after: number;
  /** The number of its last event. */
  readonly last: number;
  readonly text: string;
}

/** What a writer adds to its log. */
export interface Addition {
  /** The writer's own epoch: a log that was taken over has a later one. */
  readonly epoch: number;
  /** Null if there is nothing new and the lease is renewed. */
  readonly piece: Piece | null;
  /** How the answer ended; null if it goes on. */
  readonly end: string | null;
  /** Drops all pieces, those to come included: the answer is larger than may be kept. */
  readonly drop: boolean;
}

export type AppendResult =
  | "ok"
  /** Written; and somebody asked for the answer to be stopped. */
  | "cancel"
  /** Nothing was written: another server took the log over, it has ended, or it is gone. */
  | "fenced";

/** How long a log stays, and its writer may be silent, in milliseconds from each write. */
export interface Terms {
  readonly ttlMs: number;
  readonly leaseMs: number;
}

/** A log as far as it is known now. */
export interface Reading {
  readonly head: string;
  readonly epoch: number;
  /** How it ended; null while it runs. */
  readonly end: string | null;
  /** Whether its writer has been silent for longer than its lease. */
  readonly isLapsed: boolean;
  readonly isDropped: boolean;
  /** The number of the last event. */
  readonly last: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Some of the pieces after the asked event, in order; not always all of them. */
  readonly pieces: readonly Piece[];
}

/** How long events are gathered if nothing speaks for longer, in milliseconds. */
export const GATHER_MS = 50;

/** Pieces that one reading has at most. */
export const MAX_PIECES = 64;

/**
 * The logs of answers, and which answer a key stands for. Names say nothing of their owners. Each
 * operation is atomic and safe to repeat. It rejects if the store cannot be reached; whether it was
 * executed is then unknown.
 */
export interface AnswerStore {
  /** How long an answer's events are gathered before they are written, in milliseconds. */
  readonly gatherMs: number;
  /**
   * Gives the key to `holder` if nobody has it, or only `instead` has, and says who has it now. A
   * holder that claims again instead of itself keeps it for longer.
   */
  claim(key: string, holder: string, instead: string | null, ttlMs: number): Promise<string>;
  /** Begins a log, in epoch 1. */
  open(name: string, head: string, terms: Terms): Promise<void>;
  /** A piece that is there already is not added again. */
  append(name: string, addition: Addition, terms: Terms): Promise<AppendResult>;
  /** Waits up to this long for something after that event, or the end. Null if there is no log. */
  read(name: string, after: number, waitMs: number): Promise<Reading | null>;
  /** Asks the writer to stop the answer. */
  cancel(name: string): Promise<void>;
  /**
   * Takes over a log that was in this epoch and whose writer is silent for longer than its lease.
   * Its new epoch; null if it is not so.
   */
  takeOver(name: string, epoch: number, terms: Terms): Promise<number | null>;
}
