import { describe, expect, test } from "bun:test";
import { distinctCallIds } from "../../../src/chat/distinct-call-ids.ts";
import type { Message } from "../../../src/chat/message.ts";
import { partsOf } from "../../../src/chat/message.ts";

const calls = (...ids: string[]): Message => ({
  role: "assistant",
  content: ids.map((id) => ({ type: "tool_call", id, name: "f", arguments: {} })),
});
const results = (...ids: string[]): Message => ({
  role: "tool",
  content: ids.map((id) => ({ type: "tool_result", tool_call_id: id, content: "" })),
});

function idsOf(messages: readonly Message[]): string[][] {
  return messages.map((message) =>
    partsOf(message).flatMap((part) =>
      part.type === "tool_call"
        ? [part.id]
        : part.type === "tool_result"
          ? [part.tool_call_id]
          : [],
    ),
  );
}

describe("ids of calls", () => {
  const counted = [calls("f:0", "f:1"), results("f:1", "f:0"), calls("f:0"), results("f:0")];

  test("that are counted anew in each turn differ, with their results", () => {
    expect(idsOf(distinctCallIds(counted, "google"))).toEqual([
      ["f:0", "f:1"],
      ["f:1", "f:0"],
      ["f:0_2"],
      ["f:0_2"],
    ]);
  });

  test("are in Anthropic's alphabet, and still differ", () => {
    const ids = idsOf(distinctCallIds([...counted, calls("f.0"), results("f.0")], "anthropic"));
    expect(ids).toEqual([
      ["f_0", "f_1"],
      ["f_1", "f_0"],
      ["f_0_2"],
      ["f_0_2"],
      ["f_0_3"],
      ["f_0_3"],
    ]);
  });

  test("of one turn with one id belong to the results in order", () => {
    const turn = [calls("a", "a"), results("a", "a")];
    expect(idsOf(distinctCallIds(turn, "anthropic"))).toEqual([
      ["a", "a_2"],
      ["a", "a_2"],
    ]);
  });

  test("are at most as long as OpenAI takes them", () => {
    const long = `call_${"x".repeat(100)}`;
    const [call, result] = idsOf(
      distinctCallIds([calls(long, `${long}y`), results(`${long}y`)], "openai_responses"),
    );
    expect(new Set(call).size).toBe(2);
    for (const id of call ?? []) expect(id.length).toBeLessThanOrEqual(64);
    expect(result).toEqual([call?.[1] ?? ""]);
  });

  test("of one turn differ for a server of Chat Completions, where results only follow the turn", () => {
    const turns = [calls("a", "a"), results("a", "a"), calls("a"), results("a")];
    expect(idsOf(distinctCallIds(turns, "openai_chat"))).toEqual([
      ["a", "a_2"],
      ["a", "a_2"],
      ["a"],
      ["a"],
    ]);
    // Some clients send each call in a message of its own.
    const apart = [calls("a"), calls("a"), results("a"), results("a")];
    expect(idsOf(distinctCallIds(apart, "openai_chat"))).toEqual([["a"], ["a_2"], ["a"], ["a_2"]]);
  });

  test("of different turns go there as they are, and so does what needs no change", () => {
    expect(distinctCallIds(counted, "openai_chat")).toBe(counted);
    const fine = [calls("a"), results("a"), calls("b"), results("b")];
    expect(distinctCallIds(fine, "anthropic")).toBe(fine);
  });
});
