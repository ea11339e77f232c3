import type { Capability, Parameter } from "../../chat/model.ts";
import { OPENAI_TOOL_NAMES, type ToolNameRule } from "../../chat/tool-names.ts";

/** "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'" */
export const claudeToolNames: ToolNameRule = { ...OPENAI_TOOL_NAMES, maxLength: 128 };

export const claudeCapabilities: Record<Parameter, Capability> = {
  temperature: "native",
  top_p: "native",
  max_tokens: "native",
  stop: "native",
  seed: "dropped",
  tools: "native",
  tool_choice: "native",
  "tool_choice.required": "native",
  parallel_tool_calls: "native",
  // Older models take a budget, newer ones an effort; each is mapped to the other.
  "reasoning.effort": "mapped",
  "reasoning.budget_tokens": "mapped",
  "reasoning.visible": "native",
  // Mapped to an instruction: there is no JSON mode without a schema.
  "response_format.json": "mapped",
  "response_format.json_schema": "native",
  cache: "native",
  // Only `user_id`.
  metadata: "mapped",
  "image.data": "native",
  "image.url": "native",
  "document.data": "native",
  "document.url": "native",
  "document.text": "native",
  "tool_result.image": "native",
  "tool_result.document": "native",
};

/**
 * Whether a model takes system messages within a conversation: Opus 4.8, and every model since the
 * fifth generation (platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages,
 * November 2026).
 */
export function takesSystemTurns(model: string): boolean {
  return /opus-4-[89](?!\d)|(opus|sonnet|haiku|fable|mythos)-([5-9]|\d\d)(?!\d)/.test(model);
}

/** Whether a model is known to refuse them, even from a caller of Anthropic's own format. */
export function refusesSystemTurns(model: string): boolean {
  return /claude-[23](?!\d)|(opus|sonnet|haiku)-4(?:-[0-7](?!\d)|-\d{8}|@|$)/.test(model);
}
