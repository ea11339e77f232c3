import type { Platform } from "../platform.ts";

/** In how many parts a period is divided. */
const SLOTS = 16;
/** A timer of fewer milliseconds would be late most of the time. */
const SHORTEST_SLOT_MS = 5;

/**
 * Makes `Platform.every` with one timer for each period, however many callbacks it has. With a
 * timer for each callback, a delta each second on 1,000 streams took a third more CPU time (Bun
 * 1.4.5). Not for Workers: there a timer belongs to the request that set it.
 *
 * A callback first runs after a period, give or take a sixteenth of it.
 */
export function createTimerWheel(): Platform["every"] {
  const wheels = new Map<number, Wheel>();
  return (milliseconds, callback) => {
    let wheel = wheels.get(milliseconds);
    if (!wheel) {
      wheel = new Wheel(milliseconds);
      wheels.set(milliseconds, wheel);
    }
    return wheel.add(callback);
  };
}

/** Each callback has an entry of its own, so that one function may be there twice. */
interface Entry {
  readonly callback: () => void;
  /** Where it is now. */
  home: Set<Entry>;
}

class Slot {
  readonly entries = new Set<Entry>();
  next: Slot = this;
}

/**
 * It goes by the clock, because a busy process may serve several slots late, and at once; and it
 * wakes the process only for a slot that has entries.
 */
class Wheel {
  readonly #slotMs: number;
  readonly #size: number;
  /** Who waits for a slot: one that is given during a turn, or while one is due, is too soon. */
  readonly #joined = new Set<Entry>();
  /** The slot that was served last, and whose turn is furthest away. */
  #last = new Slot();
  /** When that was, in slots since the process began. */
  #servedAt = 0;
  #count = 0;
  #isServing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(milliseconds: number) {
    this.#size = Math.max(1, Math.min(SLOTS, Math.floor(milliseconds / SHORTEST_SLOT_MS)));
    this.#slotMs = milliseconds / this.#size;
    for (let size = 1; size < this.#size; size++) {
      const slot = new Slot();
      slot.next = this.#last.next;
      this.#last.next = slot;
    }
  }

  add(callback: () => void): () => void {
    const home = this.#isServing || this.#isLate() ? this.#joined : this.#last.entries;
    const entry: Entry = { callback, home };
    home.add(entry);
    this.#count += 1;
    if (this.#count === 1 && !this.#isServing) this.#wait();
    return () => {
      if (!entry.home.delete(entry)) return;
      this.#count -= 1;
      if (this.#count === 0) clearTimeout(this.#timer);
    };
  }

  #now(): number {
    return Math.floor(performance.now() / this.#slotMs);
  }

  /** Passes over empty slots whose time has come; whether one with entries is to be served now. */
  #isLate(): boolean {
    const now = this.#now();
    if (this.#count === 0) this.#servedAt = now;
    while (this.#servedAt < now && this.#last.next.entries.size === 0) this.#turn();
    return this.#servedAt < now;
  }

  #turn(): void {
    this.#last = this.#last.next;
    this.#servedAt += 1;
  }

  /** Until the turn of the next slot with entries. */
  #wait(): void {
    let slots = 1;
    for (let slot = this.#last.next; slot.entries.size === 0 && slots < this.#size; slots++)
      slot = slot.next;
    const turnAt = (this.#servedAt + slots) * this.#slotMs;
    this.#timer = setTimeout(() => this.#serve(), Math.ceil(turnAt - performance.now()));
  }

  #serve(): void {
    this.#isServing = true;
    const now = this.#now();
    // No callback runs twice for what was missed.
    this.#servedAt = Math.max(this.#servedAt, now - this.#size);
    while (this.#servedAt < now) {
      this.#turn();
      for (const { callback } of this.#last.entries) run(callback);
    }
    for (const entry of this.#joined) {
      entry.home = this.#last.entries;
      entry.home.add(entry);
    }
    this.#joined.clear();
    this.#isServing = false;
    if (this.#count > 0) this.#wait();
  }
}

/** One that throws does not keep the others from running. */
function run(callback: () => void): void {
  try {
    callback();
  } catch (thrown) {
    reportError(thrown);
  }
}
