import type { ChatEvent } from "../chat/event.ts";

/** Replaces a half whose other half never came, as UTF-8 encoders do. */
const REPLACEMENT = "\ufffd";

/**
 * Makes the deltas of an answer well-formed, batch by batch. Some servers cut between the halves of
 * a surrogate pair, so that they arrive as `\ud83d` and `\ude00` in separate JSON texts; strict
 * JSON readers, Elixir's among them, refuse half a character. A half at the end of a delta moves to
 * the next delta of its part.
 */
export class SurrogateJoiner {
  /** The half that awaits the other one, by part; undefined until there is one. */
  #halves: Map<number, string> | undefined;

  join(events: ChatEvent[]): void {
    for (let at = 0; at < events.length; at++) {
      const event = events[at];
      if (event?.type === "part-delta") {
        if (this.#halves?.size || !event.delta.isWellFormed())
          event.delta = this.#joinDelta(event.index, event.delta);
      } else if (event?.type === "part-end" && this.#halves?.delete(event.index)) {
        events.splice(at, 0, { type: "part-delta", index: event.index, delta: REPLACEMENT });
        at += 1;
      }
    }
  }

  #joinDelta(index: number, delta: string): string {
    this.#halves ??= new Map();
    const text = (this.#halves.get(index) ?? "") + delta;
    const last = text.charCodeAt(text.length - 1);
    if (last < 0xd800 || last > 0xdbff) {
      this.#halves.delete(index);
      return text.toWellFormed();
    }
    this.#halves.set(index, text.slice(-1));
    return text.slice(0, -1).toWellFormed();
  }
}
