import {
  createAiAnthropicCaller,
  createAiCompatibleCaller,
  createAiOpenaiCaller,
} from "./ai-sdk.ts";
import { createAnthropicCaller } from "./anthropic.ts";
import type { CallerKind } from "./caller.ts";
import { createOpenaiChatCaller } from "./openai-chat.ts";
import { createOpenaiResponsesCaller } from "./openai-responses.ts";

export type * from "./caller.ts";

/**
 * The client libraries that callers have in hand: five packages, of which `openai` speaks two APIs.
 */
export const CALLERS: readonly CallerKind[] = [
  { name: "openai (chat.completions)", dialect: "openai-chat", create: createOpenaiChatCaller },
  {
    name: "ai with @ai-sdk/openai-compatible",
    dialect: "openai-chat",
    create: createAiCompatibleCaller,
  },
  { name: "openai (responses)", dialect: "openai-responses", create: createOpenaiResponsesCaller },
  { name: "ai with @ai-sdk/openai", dialect: "openai-responses", create: createAiOpenaiCaller },
  { name: "@anthropic-ai/sdk", dialect: "anthropic-messages", create: createAnthropicCaller },
  {
    name: "ai with @ai-sdk/anthropic",
    dialect: "anthropic-messages",
    create: createAiAnthropicCaller,
  },
];
