import type { Format } from "../../src/chat/format.ts";
import type { AnswerContext } from "../../src/dialects/dialect.ts";

/** What a dialect is told of an answer that carries this format's own events and body. */
export function createAnswerContext(
  format: Format | null,
  overrides: Partial<AnswerContext> = {},
): AnswerContext {
  return {
    requestId: "req_test",
    request: { model: "test-model", messages: [{ role: "user", content: "Hi" }] },
    target: { provider: "test", model: "test-model" },
    isFallback: false,
    servedBy: "test/test-model",
    format,
    warnings: [],
    brokenCalls: new Set(),
    attempts: [],
    startedAt: 0,
    cost: () => null,
    ...overrides,
  };
}
