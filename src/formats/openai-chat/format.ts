/** The name of Chat Completions as the namespace of signatures, extras, opaque parts and raw events. */
export const FORMAT = "openai_chat";

/** The last `data` of a stream. */
export const DONE = "[DONE]";

/**
 * Fields in which an answer's visible reasoning comes, and in which it is sent back: `reasoning_content` (DeepSeek, xAI, Alibaba,
 * Moonshot, older vLLM, and what the AI SDK's openai-compatible client sends) and `reasoning` (Groq, Ollama, OpenRouter, newer vLLM).
 */
export const REASONING_FIELDS = ["reasoning_content", "reasoning"] as const;
export type ReasoningField = (typeof REASONING_FIELDS)[number];

/** Fields by which servers of this format are told how much to reason, and whether to show it; each knows one or two of them. */
export const REASONING_CONTROLS = [
  "reasoning_effort",
  // OpenRouter, also taken by Ollama.
  "reasoning",
  // DeepSeek, Z.ai, Moonshot.
  "thinking",
  // Alibaba.
  "enable_thinking",
  "thinking_budget",
  // Groq.
  "include_reasoning",
  "reasoning_format",
] as const;
