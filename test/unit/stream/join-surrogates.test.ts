import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../src/chat/event.ts";
import { SurrogateJoiner } from "../../../src/stream/join-surrogates.ts";

const [HIGH, LOW] = ["\ud83d", "\ude00"];

const text = (delta: string, index = 0): ChatEvent => ({ type: "part-delta", index, delta });
const end = (index = 0): ChatEvent => ({ type: "part-end", index });

/** The deltas of each part, and its end, after the batches went through one joiner. */
function join(...batches: ChatEvent[][]): string[] {
  const joiner = new SurrogateJoiner();
  for (const batch of batches) joiner.join(batch);
  return batches.flat().flatMap((event) => {
    if (event.type === "part-delta")
      return event.delta === "" ? [] : [`${event.index}:${event.delta}`];
    return event.type === "part-end" ? [`${event.index}.`] : [];
  });
}

describe("a character that is cut in two", () => {
  test("comes whole with its second half, within a batch or across two", () => {
    expect(join([text(`a${HIGH}`), text(`${LOW}b`), end()])).toEqual(["0:a", "0:😀b", "0."]);
    expect(join([text(HIGH)], [text(LOW)], [end()])).toEqual(["0:😀", "0."]);
  });

  test("waits for its own part", () => {
    expect(join([text(`a${HIGH}`, 0), text("b", 1), text(LOW, 0), end(0), end(1)])).toEqual([
      "0:a",
      "1:b",
      "0:😀",
      "0.",
      "1.",
    ]);
  });

  test("is replaced if its other half never comes", () => {
    expect(join([text(`a${HIGH}`), end()])).toEqual(["0:a", "0:\ufffd", "0."]);
    expect(join([text(`a${HIGH}`), text("b"), end()])).toEqual(["0:a", "0:\ufffdb", "0."]);
    expect(join([text(`${LOW}a`), text(`b${HIGH}c`), end()])).toEqual([
      "0:\ufffda",
      "0:b\ufffdc",
      "0.",
    ]);
  });

  test("leaves well-formed events unchanged", () => {
    const events = [text("😀"), end()];
    const [first] = events;
    new SurrogateJoiner().join(events);
    expect(events).toEqual([text("😀"), end()]);
    expect(events[0]).toBe(first);
  });
});
