import { expect, test } from "bun:test";
import type { Warning } from "../../../src/chat/event.ts";
import { limitCache } from "../../../src/chat/limit-cache.ts";
import type { Message } from "../../../src/chat/message.ts";
import type { TextPart } from "../../../src/chat/part.ts";
import type { ChatRequest } from "../../../src/chat/request.ts";

const text = (said: string, cache: TextPart["cache"] = {}): TextPart => ({
  type: "text",
  text: said,
  cache,
});
const messages: Message[] = [
  { role: "system", content: [text("s1"), text("s2")] },
  { role: "user", content: [text("u1"), { type: "text", text: "-" }] },
  {
    role: "tool",
    content: [{ type: "tool_result", tool_call_id: "a", content: [text("r1")], cache: {} }],
  },
  { role: "user", content: [text("u2")] },
];
const tools = [{ name: "t", cache: {} }];

function limit(prompt: ChatRequest) {
  const warned: Warning[] = [];
  const limited = limitCache(prompt, 4, (warning) => warned.push(warning));
  return { limited, warned: warned.map(({ param }) => param) };
}

test("of too many cache hints the last of the instructions and the last ones stay", () => {
  const { limited, warned } = limit({ messages, tools });
  expect(warned).toEqual([
    "tools[0].cache",
    "messages[0].content[0].cache",
    "messages[1].content[0].cache",
  ]);
  expect(limited).toEqual({
    tools: [{ name: "t" }],
    messages: [
      { role: "system", content: [{ type: "text", text: "s1" }, text("s2")] },
      {
        role: "user",
        content: [
          { type: "text", text: "u1" },
          { type: "text", text: "-" },
        ],
      },
      messages[2],
      messages[3],
    ] as Message[],
  });
});

test("automatic caching takes one of them, and what a vendor does by itself is not missed", () => {
  const own = messages.map((message) => ({
    ...message,
    content: [text("x", { best_effort: true })],
  }));
  const { limited, warned } = limit({ messages: own, cache: {} });
  expect(warned).toEqual([]);
  expect(JSON.stringify(limited.messages).match(/best_effort/g)).toHaveLength(3);
});

test("no more than the vendor takes are the same prompt", () => {
  const prompt = { messages: messages.slice(0, 2), tools };
  expect(limit(prompt)).toEqual({ limited: prompt, warned: [] });
  expect(limit(prompt).limited).toBe(prompt);
});
