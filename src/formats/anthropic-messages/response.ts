import type { JsonObject } from "../../json/json-object.ts";

/**
 * Why generation ended. Anthropic adds values without a new version, so an answer may have others.
 */
export const STOP_REASONS = [
  "end_turn",
  "max_tokens",
  "stop_sequence",
  "tool_use",
  "pause_turn",
  "refusal",
  "model_context_window_exceeded",
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** `input_tokens` excludes what was read from or written to the cache. */
export interface WireUsage {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens?: number;
  cache_read_input_tokens?: number;
  cache_creation?: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number };
  output_tokens_details?: { thinking_tokens: number };
  [field: string]: unknown;
}

/** A whole answer. */
export interface MessageBody {
  id: string;
  type: "message";
  role: "assistant";
  model: string;
  content: JsonObject[];
  stop_reason: string | null;
  stop_sequence: string | null;
  usage: WireUsage;
  [field: string]: unknown;
}
