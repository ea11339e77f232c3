import type { AnswerHead } from "../answers/ending.ts";
import { anthropicMessagesDialect } from "../dialects/anthropic-messages/index.ts";
import { chatDialect } from "../dialects/chat/index.ts";
import type { AnswerContext, Dialect } from "../dialects/dialect.ts";
import { openaiChatDialect } from "../dialects/openai-chat/index.ts";
import { openaiResponsesDialect } from "../dialects/openai-responses/index.ts";
import { ChatError } from "../errors/chat-error.ts";

const DIALECTS: readonly Dialect[] = [
  chatDialect,
  openaiChatDialect,
  openaiResponsesDialect,
  anthropicMessagesDialect,
];

/** The dialect in which a kept answer is written. */
export function findDialect({ dialect: name }: Pick<AnswerHead, "dialect">): Dialect {
  const found = DIALECTS.find((dialect) => dialect.name === name);
  if (!found) throw new ChatError("answer_expired");
  return found;
}

/** What is left to say about an answer whose call is over. */
export function pastContext({ requestId, startedAt }: AnswerHead): AnswerContext {
  return {
    requestId,
    request: { messages: [] },
    target: { provider: "", model: "" },
    isFallback: false,
    servedBy: null,
    format: null,
    warnings: [],
    brokenCalls: new Set(),
    attempts: [],
    startedAt,
    cost: () => null,
  };
}

/** The terminal event of an answer that did not reach its own, after so many events. */
export function encodeInterrupted(head: AnswerHead, after: number): { text: string; last: number } {
  const encoder = findDialect(head).createStreamEncoder(pastContext(head), after);
  const text = encoder.encode([{ type: "error", error: new ChatError("answer_interrupted") }]);
  return { text, last: encoder.written ?? after + 1 };
}

/** An error for this reader alone: it is not one of the answer's events, so it has no `id`. */
export function encodeForOne(dialect: Dialect, context: AnswerContext, error: ChatError): string {
  const text = dialect.createStreamEncoder(context).encode([{ type: "error", error }]);
  return text.replace(/^id: .*\n/gm, "");
}
