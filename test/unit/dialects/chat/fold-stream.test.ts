import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../../src/chat/event.ts";
import { foldBatches } from "../../../../src/chat/fold-events.ts";
import { encodeResponse } from "../../../../src/dialects/chat/encode-response.ts";
import { createStreamEncoder } from "../../../../src/dialects/chat/encode-stream.ts";
import { foldStream } from "../../../../src/dialects/chat/fold-stream.ts";
import { createAnswerContext } from "../../../support/answer-context.ts";

const usage = { input_tokens: 3, output_tokens: 5, total_tokens: 8 };
const EVENTS: readonly ChatEvent[] = [
  { type: "start", id: "a", model: "m" },
  { type: "part-start", index: 0, kind: "reasoning" },
  { type: "part-delta", index: 0, delta: "I think\n\n" },
  {
    type: "part-end",
    index: 0,
    signature: { format: "anthropic", value: "sig+/=" },
    extras: { anthropic: { a: 1 } },
  },
  { type: "part-start", index: 1, kind: "text" },
  { type: "part-delta", index: 1, delta: "ä €" },
  { type: "part-delta", index: 1, delta: ' data: "😀"\u2028' },
  { type: "part-end", index: 1 },
  { type: "part-start", index: 2, kind: "tool_call", id: "c1", name: "f" },
  { type: "part-delta", index: 2, delta: '{"a": ' },
  { type: "part-delta", index: 2, delta: "1}" },
  { type: "part-end", index: 2 },
  { type: "part-start", index: 3, kind: "opaque", format: "anthropic", value: { b: 1 } },
  { type: "part-end", index: 3, value: { b: 2 } },
  { type: "part-start", index: 4, kind: "tool_call", id: "c2", name: "f" },
  { type: "part-delta", index: 4, delta: '{"a": ' },
  { type: "part-end", index: 4 },
  { type: "usage", usage },
  { type: "end", finish_reason: "tool_calls", raw_finish_reason: "tool_use", usage },
];

describe("a stream of POST /chat, folded from its text", () => {
  const context = createAnswerContext(null);
  const text = createStreamEncoder(context).encode(EVENTS);

  test("is the answer as it is without stream", () => {
    const folded = foldStream(text);
    expect(folded).toEqual(encodeResponse(foldBatches([EVENTS], null), context));
    expect(folded?.tool_calls[1]).toMatchObject({ arguments: null, arguments_text: '{"a": ' });
  });

  test("is nothing if it was cut, or has failed", () => {
    expect(foldStream("")).toBeNull();
    expect(foldStream(text.slice(0, text.lastIndexOf("event: done")))).toBeNull();
    const failed = createStreamEncoder(context).encode([{ type: "cancelled" }]);
    expect(foldStream(failed)).toBeNull();
  });

  test("goes on counting where another encoder stopped", () => {
    const encoder = createStreamEncoder(context, 41);
    expect(encoder.encode(EVENTS.slice(0, 1))).toContain("id: 42\n");
    expect(encoder.written).toBe(42);
  });
});
