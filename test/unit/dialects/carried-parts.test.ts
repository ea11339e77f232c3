import { describe, expect, test } from "bun:test";
import type { ChatEvent } from "../../../src/chat/event.ts";
import { foldBatches } from "../../../src/chat/fold-events.ts";
import type { Part } from "../../../src/chat/part.ts";
import { anthropicMessagesDialect } from "../../../src/dialects/anthropic-messages/index.ts";
import { openaiResponsesDialect } from "../../../src/dialects/openai-responses/index.ts";
import { noteOrigin } from "../../../src/formats/openai-chat/reasoning-origin.ts";
import type { JsonObject } from "../../../src/json/json-object.ts";
import { createAnswerContext } from "../../support/answer-context.ts";
import { readStreamedMessage } from "../../support/read-anthropic-message.ts";

const GOOGLE = { format: "google", value: "CtQB+/=" } as const;
const context = createAnswerContext("google");

/** An answer in one batch for each part. */
function answer(parts: readonly Part[]): ChatEvent[][] {
  const batches = parts.map((part, index): ChatEvent[] => {
    const carried = {
      ...("signature" in part && part.signature ? { signature: part.signature } : {}),
      ...("extras" in part && part.extras ? { extras: part.extras } : {}),
    };
    const end: ChatEvent = { type: "part-end", index, ...carried };
    const delta = (text: string): ChatEvent[] =>
      text === "" ? [] : [{ type: "part-delta", index, delta: text }];
    switch (part.type) {
      case "text":
        return [{ type: "part-start", index, kind: "text" }, ...delta(part.text), end];
      case "reasoning": {
        const { extras } = part;
        const noted = extras ? { extras } : {};
        return [
          { type: "part-start", index, kind: "reasoning", ...noted },
          ...delta(part.text),
          end,
        ];
      }
      case "tool_call": {
        const { id, name } = part;
        return [{ type: "part-start", index, kind: "tool_call", id, name }, ...delta("{}"), end];
      }
      default:
        throw new Error(`no events for ${part.type}`);
    }
  });
  const end: ChatEvent = {
    type: "end",
    finish_reason: "stop",
    raw_finish_reason: null,
    usage: null,
  };
  return [[{ type: "start", id: "a", model: "m" }], ...batches, [end]];
}

/** The blocks of an answer, which must be the same whole and streamed. */
function blocksOf(parts: readonly Part[]): JsonObject[] {
  const batches = answer(parts);
  const whole = anthropicMessagesDialect.encodeResponse(foldBatches(batches, "google"), context);
  const encoder = anthropicMessagesDialect.createStreamEncoder(context);
  const streamed = readStreamedMessage(batches.map((batch) => encoder.encode(batch)).join(""));
  const { content } = whole as { content: JsonObject[] };
  expect<unknown>(streamed.content).toEqual(content);
  return content;
}

/** The parts that come back with these blocks in the next turn. */
function restore(blocks: readonly JsonObject[]): unknown {
  const body = {
    model: "m",
    max_tokens: 10,
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: blocks },
    ],
  };
  return anthropicMessagesDialect.decodeRequest(body, new Headers()).messages[1]?.content;
}

const text: Part = { type: "text", text: "Hello" };
const call: Part = { type: "tool_call", id: "c1", name: "f", arguments: {} };
const thought: Part = { type: "reasoning", text: "Hm." };

describe("blocks of /v1/messages", () => {
  test("nothing follows the last text of an answer: clients take the last block for the answer", () => {
    for (const parts of [
      [{ ...text, signature: GOOGLE }],
      [text, { type: "text", text: "", signature: GOOGLE }],
      [thought, text, { type: "reasoning", text: "", signature: GOOGLE }],
    ] satisfies Part[][]) {
      expect(blocksOf(parts).at(-1)).toMatchObject({ type: "text", text: "Hello" });
    }
  });

  test("a text's signature survives where another block follows", () => {
    const parts = [{ ...text, signature: GOOGLE }, call] satisfies Part[];
    const blocks = blocksOf(parts);
    expect(blocks.map(({ type }) => type)).toEqual(["text", "thinking", "tool_use"]);
    expect(restore(blocks)).toEqual(parts);
  });

  test("a call's signature is in the thought before it, if that has none: some clients drop empty thoughts", () => {
    const parts = [thought, { ...call, signature: GOOGLE }] satisfies Part[];
    const blocks = blocksOf(parts);
    expect(blocks.map(({ type }) => type)).toEqual(["thinking", "tool_use"]);
    expect(blocks[0]).toMatchObject({ thinking: "Hm." });
    expect(restore(blocks)).toEqual(parts);
  });

  test("each call's signature survives, whatever stands before it", () => {
    const signed = (id: string): Part => ({ ...call, id, signature: { ...GOOGLE, value: id } });
    for (const parts of [
      [signed("c1"), signed("c2")],
      [thought, text, signed("c1")],
      [{ ...thought, signature: GOOGLE }, signed("c1"), signed("c2")],
    ] satisfies Part[][]) {
      expect(restore(blocksOf(parts))).toEqual(parts);
    }
  });

  test("a hidden thought's signature survives before a text", () => {
    const parts = [{ type: "reasoning", text: "", signature: GOOGLE }, text] satisfies Part[];
    expect(restore(blocksOf(parts))).toEqual(parts);
  });

  test.each(["reasoning_content", "reasoning", "thinking"])(
    "unsigned reasoning comes back to where it stood: %s",
    (origin) => {
      const parts = [{ ...thought, ...noteOrigin(origin) }, call] satisfies Part[];
      const blocks = blocksOf(parts);
      // pi makes the assistant's text of a thought without a signature.
      expect(blocks[0]?.signature).not.toBe("");
      expect(restore(blocks)).toEqual(parts);
    },
  );
});

test.each(["reasoning_content", "reasoning", "thinking"])(
  "items of /v1/responses: unsigned reasoning comes back to where it stood: %s",
  (origin) => {
    const parts = [{ ...thought, ...noteOrigin(origin) }] satisfies Part[];
    const response = foldBatches(answer(parts), "openai_chat");
    const { output } = openaiResponsesDialect.encodeResponse(response, context) as {
      output: JsonObject[];
    };
    const body = { model: "m", input: [{ role: "user", content: "Hi" }, ...output] };
    expect(openaiResponsesDialect.decodeRequest(body, new Headers()).messages[1]?.content).toEqual(
      parts,
    );
  },
);
