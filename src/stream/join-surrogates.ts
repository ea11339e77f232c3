import type { ChatEvent } from "../chat/event.ts";

/** What stands for a half whose other one never came, as in text that is written as UTF-8. */
const REPLACEMENT = "\ufffd";

/**
 * Makes the deltas of an answer's events well-formed, batch by batch. Some servers cut between the
 * two units of a surrogate pair (each piece is JSON of its own, so they arrive as `\ud83d` and
 * `\ude00`), and half a character is refused by strict readers of JSON, Elixir's among them. A half
 * at the end of a delta goes to the next one of its part.
 */
export function createSurrogateJoiner(): (events: ChatEvent[]) => void {
  /** The half that waits for the other one, by part. */
  const halves = new Map<number, string>();

  function join(index: number, delta: string): string {
    const text = (halves.get(index) ?? "") + delta;
    const last = text.charCodeAt(text.length - 1);
    if (last < 0xd800 || last > 0xdbff) {
      halves.delete(index);
      return text.toWellFormed();
    }
    halves.set(index, text.slice(-1));
    return text.slice(0, -1).toWellFormed();
  }

  return (events) => {
    for (let at = 0; at < events.length; at++) {
      const event = events[at];
      if (event?.type === "part-delta") {
        if (halves.size > 0 || !event.delta.isWellFormed())
          event.delta = join(event.index, event.delta);
      } else if (event?.type === "part-end" && halves.delete(event.index)) {
        events.splice(at, 0, { type: "part-delta", index: event.index, delta: REPLACEMENT });
        at += 1;
      }
    }
  };
}
