import type { Platform } from "../platform.ts";

/** In how many parts a period is divided; those who join within one part are called together. */
const SLOTS = 16;
/** A timer of fewer milliseconds would be late most of the time. */
const SHORTEST_SLOT_MS = 5;

/**
 * Makes `Platform.every` with one timer for each period, however many callbacks it has. With a
 * timer for each callback, a delta each second on 1,000 streams took a third more CPU time (Bun
 * 1.4.5). Not for Workers, where a timer belongs to the request that set it.
 */
export function createTimerWheel(): Platform["every"] {
  const wheels = new Map<number, Wheel>();
  return (milliseconds, call) => {
    let wheel = wheels.get(milliseconds);
    if (!wheel) {
      wheel = new Wheel(milliseconds);
      wheels.set(milliseconds, wheel);
    }
    return wheel.add(call);
  };
}

class Slot {
  readonly calls = new Set<() => void>();
  next: Slot = this;
}

/** It goes by the clock, because a busy process may serve several slots late, and at once. */
class Wheel {
  readonly #slotMs: number;
  readonly #size: number;
  /** The slot that was served last, and whose turn is furthest away. */
  #last = new Slot();
  /** When that was, in slots since the process began. */
  #servedAt = 0;
  #count = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(milliseconds: number) {
    this.#size = Math.max(1, Math.min(SLOTS, Math.floor(milliseconds / SHORTEST_SLOT_MS)));
    this.#slotMs = milliseconds / this.#size;
    for (let size = 1; size < this.#size; size++) {
      const slot = new Slot();
      slot.next = this.#last.next;
      this.#last.next = slot;
    }
  }

  add(call: () => void): () => void {
    if (this.#count === 0) this.#start();
    this.#count += 1;
    const { calls } = this.#last;
    calls.add(call);
    return () => {
      if (!calls.delete(call)) return;
      this.#count -= 1;
      if (this.#count === 0) clearInterval(this.#timer);
    };
  }

  #start(): void {
    this.#servedAt = this.#now();
    this.#timer = setInterval(() => this.#serve(), this.#slotMs);
  }

  #now(): number {
    return Math.floor(performance.now() / this.#slotMs);
  }

  #serve(): void {
    const now = this.#now();
    // Nobody is called twice for what was missed.
    this.#servedAt = Math.max(this.#servedAt, now - this.#size);
    while (this.#servedAt < now) {
      const slot = this.#last.next;
      for (const call of slot.calls) run(call);
      // Only now, so that whoever joins meanwhile waits for the next turn.
      this.#last = slot;
      this.#servedAt += 1;
    }
  }
}

/** One that throws does not keep the others from being called. */
function run(call: () => void): void {
  try {
    call();
  } catch (thrown) {
    reportError(thrown);
  }
}
