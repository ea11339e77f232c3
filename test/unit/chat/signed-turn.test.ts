import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../src/chat/event.ts";
import type { Signature } from "../../../src/chat/format.ts";
import { createTurnCollector, type SignedTurn } from "../../../src/chat/signed-turn.ts";

const signature: Signature = { format: "google", value: "c2ln" };
const END: ChatEvent = {
  type: "end",
  finish_reason: "tool_calls",
  raw_finish_reason: null,
  usage: null,
};

function collect(
  id: string,
  proof: { signature?: Signature },
  last: ChatEvent = END,
): SignedTurn[] {
  const kept: SignedTurn[] = [];
  const observe = createTurnCollector(
    () => "google",
    (turn) => kept.push(turn),
  );
  observe([
    { type: "part-start", index: 0, kind: "tool_call", id, name: "f" },
    { type: "part-delta", index: 0, delta: "{}" },
    { type: "part-end", index: 0, ...proof },
  ]);
  observe([last]);
  return kept;
}

describe("a turn is kept", () => {
  test("if its vendor signed something and its calls have ids of their own", () => {
    expect(collect("toolu_0123456789ab", { signature })).toMatchObject([
      { format: "google", parts: [{ call: { id: "toolu_0123456789ab", signature } }] },
    ]);
  });

  test.each(["call_0", "functions.read_a_file:12", "1"])("not if they are counted: %s", (id) => {
    expect(collect(id, { signature })).toEqual([]);
  });

  test("not if nothing is signed, or the answer was cut", () => {
    expect(collect("toolu_0123456789ab", {})).toEqual([]);
    expect(collect("toolu_0123456789ab", { signature }, { type: "cancelled" })).toEqual([]);
  });
});
