import { describe, expect, test } from "bun:test";
import type { Warning } from "../../../src/chat/event.ts";
import type { Message } from "../../../src/chat/message.ts";
import type { ImagePart } from "../../../src/chat/part.ts";
import { placeMedia } from "../../../src/chat/place-media.ts";

const image: ImagePart = { type: "image", url: "https://example.com/a.png" };
const text = (words: string) => ({ type: "text" as const, text: words });

function place(messages: Message[], format: Parameters<typeof placeMedia>[1]) {
  const warnings: Warning[] = [];
  const placed = placeMedia(messages, format, (warning) => warnings.push(warning));
  return { placed, said: warnings.map(({ param }) => param) };
}

describe("an image that the vendor takes only from the user", () => {
  const messages: Message[] = [
    { role: "system", content: [text("s"), image] },
    { role: "user", content: "one" },
    { role: "assistant", content: [text("a"), image] },
    { role: "tool", content: [{ type: "tool_result", tool_call_id: "c", content: "r" }] },
    { role: "user", content: "two" },
  ];

  test("moves to the user's next message, with a warning", () => {
    const { placed, said } = place(messages, "anthropic");
    expect(placed).toEqual([
      { role: "system", content: [text("s")] },
      { role: "user", content: [image, text("one")] },
      { role: "assistant", content: [text("a")] },
      expect.objectContaining({ role: "tool" }),
      { role: "user", content: [image, text("two")] },
    ]);
    expect(said).toEqual(["messages[0].content[1]", "messages[2].content[1]"]);
  });

  test("becomes a message of the user if none follows", () => {
    const { placed } = place([{ role: "assistant", content: [image] }], "openai_responses");
    expect(placed).toEqual([{ role: "user", content: [image] }]);
  });

  test("stays if the vendor takes it there, or the caller wrote it in the vendor's own format", () => {
    const gemini: Message[] = [{ role: "assistant", content: [image] }];
    expect(place(gemini, "google").placed).toBe(gemini);
    const own: Message[] = [
      { role: "assistant", content: [{ ...image, extras: { openai_chat: { $element: true } } }] },
    ];
    expect(place(own, "openai_chat").placed).toBe(own);
  });
});
