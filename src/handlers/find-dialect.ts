import type { AnswerHead } from "../answers/ending.ts";
import type { AnswerContext, Dialect } from "../dialects/dialect.ts";
import { ChatError } from "../errors/chat-error.ts";
import { lazy } from "../lazy.ts";

/** Each is loaded with the first call that speaks it. */
const DIALECTS = {
  chat: lazy(async () => (await import("../dialects/chat/index.ts")).chatDialect),
  "openai-chat": lazy(
    async () => (await import("../dialects/openai-chat/index.ts")).openaiChatDialect,
  ),
  "openai-responses": lazy(
    async () => (await import("../dialects/openai-responses/index.ts")).openaiResponsesDialect,
  ),
  "anthropic-messages": lazy(
    async () => (await import("../dialects/anthropic-messages/index.ts")).anthropicMessagesDialect,
  ),
} as const;

export type GeneratingDialect = keyof typeof DIALECTS;

export async function loadDialect(name: GeneratingDialect): Promise<Dialect> {
  return DIALECTS[name]();
}

/** The dialect in which a kept answer is written. */
export async function findDialect({
  dialect: name,
}: Pick<AnswerHead, "dialect">): Promise<Dialect> {
  if (!isGenerating(name)) throw new ChatError("answer_expired");
  return loadDialect(name);
}

function isGenerating(name: string): name is GeneratingDialect {
  return Object.hasOwn(DIALECTS, name);
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
export async function encodeInterrupted(
  head: AnswerHead,
  after: number,
): Promise<{ text: string; last: number }> {
  const encoder = (await findDialect(head)).createStreamEncoder(pastContext(head), after);
  const text = encoder.encode([{ type: "error", error: new ChatError("answer_interrupted") }]);
  return { text, last: encoder.written ?? after + 1 };
}

/** An error for this reader alone: it is not one of the answer's events, so it has no `id`. */
export function encodeForOne(dialect: Dialect, context: AnswerContext, error: ChatError): string {
  const text = dialect.createStreamEncoder(context).encode([{ type: "error", error }]);
  return text.replace(/^id: .*\n/gm, "");
}
