import { describe, expect, test } from "bun:test";
import type { Warning } from "../../../src/chat/event.ts";
import type { Message } from "../../../src/chat/message.ts";
import { pairResults } from "../../../src/chat/pair-results.ts";
import type { Part } from "../../../src/chat/part.ts";

const call = (id: string): Part => ({ type: "tool_call", id, name: "f", arguments: {} });
const result = (id: string, content = id): Part => ({
  type: "tool_result",
  tool_call_id: id,
  content,
});
const calls = (...ids: string[]): Message => ({ role: "assistant", content: ids.map(call) });
const results = (...ids: string[]): Message => ({
  role: "tool",
  content: ids.map((id) => result(id)),
});
const user = (content: string): Message => ({ role: "user", content });
const NO_RESULT = "[No result was given for this call.]";

function pair(messages: Message[], callsAreKept = false) {
  const warnings: Warning[] = [];
  const paired = pairResults(messages, {
    callsAreKept,
    warn: (warning) => warnings.push(warning),
  });
  return { paired, warned: warnings.map(({ param }) => param) };
}

describe("results", () => {
  test("behind something else go right behind their calls", () => {
    expect(
      pair([calls("a", "b"), user("wait"), results("b"), user("well?"), results("a")]),
    ).toEqual({
      paired: [calls("a", "b"), results("b"), results("a"), user("wait"), user("well?")],
      warned: [],
    });
  });

  test("behind another turn of the assistant's go to theirs", () => {
    const text: Message = { role: "assistant", content: "still at it" };
    expect(pair([calls("a"), calls("b"), text, results("b"), results("a")]).paired).toEqual([
      calls("a"),
      results("a"),
      calls("b"),
      results("b"),
      text,
    ]);
  });

  test("in one message with a text before them are set apart", () => {
    const text: Part = { type: "text", text: "look" };
    const mixed: Message = { role: "user", content: [text, result("a")] };
    expect(pair([calls("a"), mixed, user("x")]).paired).toEqual([
      calls("a"),
      results("a"),
      { role: "user", content: [text] },
      user("x"),
    ]);
  });

  test("in order stay the same list", () => {
    const own: Part = {
      type: "opaque",
      format: "openai_chat",
      value: { id: "o", type: "custom", custom: {} },
    };
    const fine = [
      user("x"),
      calls("a", "b"),
      results("b", "a"),
      user("y"),
      { role: "assistant" as const, content: [own] },
      results("o"),
    ];
    expect(pair(fine).paired).toBe(fine);
  });

  test("that the caller matches by their order alone stay as they are", () => {
    const given = [calls("", ""), results("", ""), user("x")];
    expect(pair(given).paired).toBe(given);
  });
});

test("a call without a result gets one that says so", () => {
  const none = (id: string): Message => ({ role: "tool", content: [result(id, NO_RESULT)] });
  expect(pair([calls("a", "b"), results("b"), user("go on"), calls("c")])).toEqual({
    paired: [calls("a", "b"), results("b"), none("a"), user("go on"), calls("c"), none("c")],
    warned: ["messages[0].content[0]", "messages[3].content[0]"],
  });
});

describe("a result without a call", () => {
  const image: Part = { type: "image", url: "https://example.com/a.png" };
  const cut: Message = {
    role: "tool",
    content: [
      { type: "tool_result", tool_call_id: "a", name: "f", content: "3" },
      { type: "tool_result", tool_call_id: "b", content: [image], cache: {} },
    ],
  };

  test("is text of the user, with what is in it", () => {
    expect(pair([cut, user("and?")])).toEqual({
      paired: [
        {
          role: "user",
          content: [
            { type: "text", text: "[Result of the tool f]\n3" },
            { type: "text", text: "[Result of a tool]" },
            { ...image, cache: {} },
          ],
        },
        user("and?"),
      ],
      warned: ["messages[0].content[0].tool_call_id", "messages[0].content[1].tool_call_id"],
    });
  });

  test("may be a second one of a call", () => {
    const { paired, warned } = pair([calls("a"), results("a", "a")]);
    expect(paired).toEqual([
      calls("a"),
      results("a"),
      { role: "user", content: [{ type: "text", text: "[Result of a tool]\na" }] },
    ]);
    expect(warned).toEqual(["messages[1].content[1].tool_call_id"]);
  });

  test("stays if the vendor keeps the call", () => {
    const given = [cut, user("and?")];
    expect(pair(given, true)).toEqual({ paired: given, warned: [] });
    const both = [cut, calls("c"), results("c")];
    expect(pair(both, true).paired).toBe(both);
  });
});
