import { anthropicMessagesDialect } from "../../../src/dialects/anthropic-messages/index.ts";
import { chatDialect } from "../../../src/dialects/chat/index.ts";
import type { Dialect } from "../../../src/dialects/dialect.ts";
import { openaiChatDialect } from "../../../src/dialects/openai-chat/index.ts";
import { openaiResponsesDialect } from "../../../src/dialects/openai-responses/index.ts";

/** One question, as every dialect can ask it. */
export interface Question {
  model: string;
  fallbacks?: readonly string[];
  stream: boolean;
  prompt: string;
}

/** A dialect as a caller of it sees it. */
export interface SpokenDialect {
  readonly dialect: Dialect;
  readonly path: string;
  body(question: Question): unknown;
  /** Whether a stream says that its answer is whole. */
  readonly complete: RegExp;
  /** Whether a stream says that it failed. */
  readonly failed: RegExp;
  /** What a stream sends first. */
  readonly start: RegExp;
}

/** Below the length from which Claude is asked for a stream in any case. */
const MAX_TOKENS = 1000;

export const SPOKEN_DIALECTS: readonly [SpokenDialect, ...SpokenDialect[]] = [
  {
    dialect: chatDialect,
    path: "/chat",
    body: ({ prompt, ...rest }) => ({
      ...rest,
      max_tokens: MAX_TOKENS,
      messages: [{ role: "user", content: prompt }],
    }),
    complete: /^event: done$/m,
    failed: /^event: error$/m,
    start: /^event: start$/gm,
  },
  {
    dialect: openaiChatDialect,
    path: "/v1/chat/completions",
    body: ({ prompt, ...rest }) => ({
      ...rest,
      max_tokens: MAX_TOKENS,
      messages: [{ role: "user", content: prompt }],
    }),
    complete: /^data: \[DONE\]$/m,
    failed: /^data: \{"error":/m,
    start: /"delta":\{"role":"assistant"/g,
  },
  {
    dialect: openaiResponsesDialect,
    path: "/v1/responses",
    body: ({ prompt, ...rest }) => ({ ...rest, max_output_tokens: MAX_TOKENS, input: prompt }),
    complete: /^event: response\.(completed|incomplete)$/m,
    failed: /^event: (error|response\.failed)$/m,
    start: /^event: response\.created$/gm,
  },
  {
    dialect: anthropicMessagesDialect,
    path: "/v1/messages",
    body: ({ prompt, ...rest }) => ({
      ...rest,
      max_tokens: MAX_TOKENS,
      messages: [{ role: "user", content: prompt }],
    }),
    complete: /^event: message_stop$/m,
    failed: /^event: error$/m,
    start: /^event: message_start$/gm,
  },
];
