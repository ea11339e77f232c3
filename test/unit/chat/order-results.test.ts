import { describe, expect, test } from "bun:test";
import type { Message } from "../../../src/chat/message.ts";
import { orderResults } from "../../../src/chat/order-results.ts";
import type { Part } from "../../../src/chat/part.ts";

const call = (id: string): Part => ({ type: "tool_call", id, name: "f", arguments: {} });
const result = (id: string): Part => ({ type: "tool_result", tool_call_id: id, content: id });
const calls = (...ids: string[]): Message => ({ role: "assistant", content: ids.map(call) });
const results = (...ids: string[]): Message => ({ role: "tool", content: ids.map(result) });
const user = (content: string): Message => ({ role: "user", content });

describe("results", () => {
  test("behind something else go right behind their calls", () => {
    expect(
      orderResults([calls("a", "b"), user("wait"), results("b"), user("well?"), results("a")]),
    ).toEqual([calls("a", "b"), results("b"), results("a"), user("wait"), user("well?")]);
  });

  test("in one message with a text before them are set apart", () => {
    const text: Part = { type: "text", text: "look" };
    const mixed: Message = { role: "user", content: [text, result("a")] };
    expect(orderResults([calls("a"), mixed, user("x")])).toEqual([
      calls("a"),
      results("a"),
      { role: "user", content: [text] },
      user("x"),
    ]);
  });

  test("in order, and calls without any, stay the same list", () => {
    const fine = [user("x"), calls("a", "b"), results("b", "a"), user("y"), calls("c"), user("z")];
    expect(orderResults(fine)).toBe(fine);
  });
});
