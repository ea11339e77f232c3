import { describe, expect, test } from "bun:test";
import type { EventBatch } from "../../../src/chat/event.ts";
import { anthropicMessagesDialect } from "../../../src/dialects/anthropic-messages/index.ts";
import { chatDialect } from "../../../src/dialects/chat/index.ts";
import type { AnswerContext } from "../../../src/dialects/dialect.ts";
import { openaiChatDialect } from "../../../src/dialects/openai-chat/index.ts";
import { openaiResponsesDialect } from "../../../src/dialects/openai-responses/index.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import { createAnswerContext } from "../../support/answer-context.ts";

const DIALECTS = [
  chatDialect,
  openaiChatDialect,
  openaiResponsesDialect,
  anthropicMessagesDialect,
] as const;

/** A context whose target is unknown until an attempt succeeds, as with a fallback. */
function createLateContext(): { context: AnswerContext; settle(): void } {
  let settled = false;
  function late<T>(value: T): T {
    if (!settled) throw new Error("read before an attempt succeeded");
    return value;
  }
  const base = createAnswerContext(null);
  const context: AnswerContext = {
    ...base,
    get target() {
      return late({ provider: "second", model: "second-model" });
    },
    get isFallback() {
      return late(true);
    },
    get format() {
      return late(base.format);
    },
    get cost() {
      return late(base.cost);
    },
  };
  return {
    context,
    settle() {
      settled = true;
    },
  };
}

const FAILED: EventBatch = [{ type: "error", error: new ChatError("upstream_error") }];
const ANSWER: EventBatch = [
  { type: "start", id: "a1", model: "second-model" },
  { type: "part-start", index: 0, kind: "text" },
  { type: "part-delta", index: 0, delta: "Hello" },
  { type: "part-end", index: 0 },
  { type: "end", finish_reason: "stop", raw_finish_reason: null, usage: null },
];

describe.each(DIALECTS)("the stream encoder of $name", (dialect) => {
  test("reads the target only when it encodes an event", () => {
    const { context, settle } = createLateContext();
    const encoder = dialect.createStreamEncoder(context);
    settle();
    expect(encoder.encode(ANSWER)).toContain("second-model");
  });

  test("encodes a failure that comes before any answer", () => {
    const { context, settle } = createLateContext();
    const encoder = dialect.createStreamEncoder(context);
    settle();
    expect(encoder.encode(FAILED)).toContain("upstream_error");
  });
});

test("a failed response names the target that was settled last", () => {
  const { context, settle } = createLateContext();
  const encoder = openaiResponsesDialect.createStreamEncoder(context);
  settle();
  expect(encoder.encode(FAILED)).toContain('"model":"second/second-model"');
});
