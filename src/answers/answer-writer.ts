import type { Platform } from "../platform.ts";
import type { AnswerStore, AppendResult, Piece, Terms } from "./answer-store.ts";
import type { Ending } from "./ending.ts";
import type { Seal } from "./seal.ts";

/** So many letters of events are written at once. */
const GATHER_LETTERS = 16 * 1024;
/** Between two tries to write the end, in milliseconds. */
const RETRY_MS = 50;
/** How often a silent answer renews its lease, and learns whether it is to be stopped. */
export const TICK_MS = 500;
/** How long a writer may be silent before its answer is taken for interrupted. */
export const LEASE_MS = 5000;

/** Why an answer has to stop, or is not kept any longer. */
export type StopReason = "cancelled" | "interrupted" | "too_large";

export interface WriterOptions {
  readonly store: AnswerStore;
  readonly seal: Seal;
  /** The log's name. */
  readonly name: string;
  readonly terms: Terms;
  readonly maxBytes: number;
  readonly now: Platform["now"];
  readonly every: Platform["every"];
  /** Called once for each reason. */
  onStop(reason: StopReason): void;
  /** Called from time to time while the answer runs, and at its end. */
  onRenew(): Promise<void>;
}

/** Writes one answer's log. */
export interface AnswerWriter {
  /** Adds the text of some events; `last` is the number of the last one. Nothing is waited for. */
  push(text: string, last: number): void;
  /** Writes what is left, and how the answer ended. It never rejects. */
  end(ending: Ending): Promise<void>;
  readonly isTooLarge: boolean;
}

const encoder = new TextEncoder();

/**
 * Gathers events and writes them from time to time: what an event costs here is joining two
 * strings. A write that fails is tried again unchanged, for the store may have it already.
 */
export function createAnswerWriter(options: WriterOptions): AnswerWriter {
  const { store, seal, name, terms, now, every } = options;
  let gathered = "";
  let gatheredLast = 0;
  /** The last event that is in the store, or on its way. */
  let sentLast = 0;
  let bytes = 0;
  let unsent: { piece: Piece; drop: boolean } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWriting = false;
  let isDone = false;
  let isTooLarge = false;
  let ending: string | null = null;
  let wroteAt = now();
  let renewedAt = wroteAt;
  const told = new Set<StopReason>();

  function stop(reason: StopReason): void {
    if (told.has(reason)) return;
    told.add(reason);
    options.onStop(reason);
  }

  /** What is gathered, ready to be sent. */
  async function take(): Promise<typeof unsent> {
    if (gathered === "") return null;
    const [text, after, last] = [gathered, sentLast, gatheredLast];
    gathered = "";
    sentLast = last;
    let drop = false;
    if (!isTooLarge) {
      bytes += encoder.encode(text).byteLength;
      drop = bytes > options.maxBytes;
      if (drop) isTooLarge = true;
    }
    const sealed = isTooLarge ? "" : await seal.seal(text, `${name}/${after}`);
    return { piece: { after, last, text: sealed }, drop };
  }

  async function append(): Promise<AppendResult> {
    unsent ??= await take();
    // Only the last piece brings the end.
    const end = gathered === "" ? ending : null;
    const { piece = null, drop = false } = unsent ?? {};
    const result = await store.append(name, { epoch: 1, piece, end, drop }, terms);
    if (drop) stop("too_large");
    unsent = null;
    wroteAt = now();
    if (end !== null) isDone = true;
    return result;
  }

  async function write(): Promise<void> {
    if (isWriting || isDone) return;
    isWriting = true;
    clearTimeout(timer);
    timer = undefined;
    try {
      do {
        const result = await append();
        if (result === "cancel") stop("cancelled");
        if (result === "fenced") {
          isDone = true;
          stop("interrupted");
        }
      } while (!isDone && (gathered.length >= GATHER_LETTERS || ending !== null));
    } catch {
      // It is tried again at the next tick. Meanwhile the lease may lapse.
    } finally {
      isWriting = false;
      if (gathered !== "" && !isDone) schedule();
    }
  }

  function schedule(): void {
    timer ??= setTimeout(write, store.gatherMs);
  }

  const stopTicks = every(TICK_MS, () => {
    // Half of it, because a tick may come a little early.
    if (now() - wroteAt >= TICK_MS / 2) void write();
    if (now() - renewedAt < terms.ttlMs / 4) return;
    renewedAt = now();
    options.onRenew().catch(() => {});
  });

  return {
    push(text, last) {
      if (isDone) return;
      gathered += text;
      gatheredLast = last;
      if (gathered.length >= GATHER_LETTERS) void write();
      else if (timer === undefined) schedule();
    },
    async end(how) {
      stopTicks();
      if (!isDone) ending = await seal.seal(JSON.stringify(how), `${name}/end`);
      const giveUpAt = now() + terms.leaseMs * 2;
      while (!isDone && now() < giveUpAt) {
        await write();
        if (!isDone) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
      isDone = true;
      clearTimeout(timer);
      await options.onRenew().catch(() => {});
    },
    get isTooLarge() {
      return isTooLarge;
    },
  };
}
