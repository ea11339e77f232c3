import {
  type AnswerStore,
  GATHER_MS,
  MAX_PIECES,
  type Piece,
  type Reading,
} from "../answers/answer-store.ts";

interface Log {
  readonly head: string;
  epoch: number;
  end: string | null;
  isDropped: boolean;
  isCancelled: boolean;
  last: number;
  leaseUntil: number;
  expiresAt: number;
  /** Letters of its pieces. */
  size: number;
  pieces: Piece[];
  /** Readers that wait for more. */
  waiting: (() => void)[];
}

interface Holding {
  holder: string;
  expiresAt: number;
}

/** How often what has expired is looked for, at most, in milliseconds. */
const SWEEP_MS = 1000;

/**
 * Answers of one process. Beyond `maxSize` letters in all, the oldest answers lose their pieces:
 * what is left of them says so. If that is still too much, for the conversations that some go on
 * from, the oldest that have ended are gone.
 */
export function createMemoryAnswers(now: () => number, maxSize: number): AnswerStore {
  const logs = new Map<string, Log>();
  const keys = new Map<string, Holding>();
  let size = 0;
  let sweptAt = 0;

  function sweep(): void {
    const time = now();
    if (time < sweptAt + SWEEP_MS) return;
    sweptAt = time;
    for (const [key, { expiresAt }] of keys) if (expiresAt <= time) keys.delete(key);
    for (const [name, log] of logs) if (log.expiresAt <= time) remove(name, log);
  }

  function remove(name: string, log: Log): void {
    logs.delete(name);
    size -= log.head.length;
    empty(log);
    wake(log);
  }

  function empty(log: Log): void {
    size -= log.size;
    log.size = 0;
    log.pieces = [];
  }

  function find(name: string): Log | undefined {
    sweep();
    const log = logs.get(name);
    return log && log.expiresAt > now() ? log : undefined;
  }

  function add(log: Log, piece: Piece): void {
    log.pieces.push(piece);
    log.size += piece.text.length;
    size += piece.text.length;
    makeRoom(log);
  }

  function makeRoom(latest: Log): void {
    for (const oldest of logs.values()) {
      if (size <= maxSize) return;
      if (oldest !== latest) empty(oldest);
    }
    for (const [name, oldest] of logs) {
      if (size <= maxSize) return;
      if (oldest !== latest && oldest.end !== null) remove(name, oldest);
    }
  }

  function wake(log: Log): void {
    const { waiting } = log;
    log.waiting = [];
    for (const resolve of waiting) resolve();
  }

  const describe = (log: Log, after: number): Reading => ({
    head: log.head,
    epoch: log.epoch,
    end: log.end,
    isLapsed: log.end === null && log.leaseUntil <= now(),
    isDropped: log.isDropped,
    last: log.last,
    expiresAt: log.expiresAt,
    pieces: after >= log.last ? [] : piecesAfter(log.pieces, after),
  });

  return {
    gatherMs: GATHER_MS,
    async claim(key, holder, instead, ttlMs) {
      sweep();
      const held = keys.get(key);
      if (held && held.expiresAt > now() && held.holder !== instead) return held.holder;
      keys.set(key, { holder, expiresAt: now() + ttlMs });
      return holder;
    },
    async open(name, head, { ttlMs, leaseMs }) {
      sweep();
      if (logs.has(name)) return;
      const log: Log = {
        head,
        epoch: 1,
        end: null,
        isDropped: false,
        isCancelled: false,
        last: 0,
        leaseUntil: now() + leaseMs,
        expiresAt: now() + ttlMs,
        size: 0,
        pieces: [],
        waiting: [],
      };
      logs.set(name, log);
      size += head.length;
      makeRoom(log);
    },
    async append(name, { epoch, piece, end, drop }, { ttlMs, leaseMs }) {
      const log = find(name);
      if (!log || log.epoch !== epoch || (log.end !== null && log.end !== end)) return "fenced";
      log.leaseUntil = now() + leaseMs;
      log.expiresAt = now() + ttlMs;
      if (drop && !log.isDropped) {
        log.isDropped = true;
        empty(log);
      }
      if (piece && piece.last > log.last) {
        log.last = piece.last;
        if (!log.isDropped) add(log, piece);
      }
      log.end = end;
      if (piece || end !== null || drop) wake(log);
      return log.isCancelled ? "cancel" : "ok";
    },
    async read(name, after, waitMs) {
      const log = find(name);
      if (!log) return null;
      if (waitMs > 0 && log.end === null && log.last <= after && log.leaseUntil > now())
        await waitFor(log, Math.min(waitMs, log.leaseUntil - now()));
      return log.expiresAt > now() ? describe(log, after) : null;
    },
    async cancel(name) {
      const log = find(name);
      if (log) log.isCancelled = true;
    },
    async takeOver(name, epoch, { ttlMs, leaseMs }) {
      const log = find(name);
      if (!log || log.epoch !== epoch || log.end !== null || log.leaseUntil > now()) return null;
      log.epoch += 1;
      log.leaseUntil = now() + leaseMs;
      log.expiresAt = now() + ttlMs;
      return log.epoch;
    },
  };
}

function waitFor(log: Log, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    log.waiting.push(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The first of the pieces that reach beyond an event; they are in order. */
function piecesAfter(pieces: readonly Piece[], after: number): Piece[] {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pieces[middle]?.last ?? 0) > after) high = middle;
    else low = middle + 1;
  }
  return pieces.slice(low, low + MAX_PIECES);
}
