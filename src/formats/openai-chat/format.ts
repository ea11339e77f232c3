/**
 * The name of Chat Completions as a format: the namespace of its extras, signatures, opaque parts
 * and raw events.
 */
export const FORMAT = "openai_chat";

/** The last `data` of a stream. */
export const DONE = "[DONE]";

/**
 * Fields that hold an answer's visible reasoning, and take it back: `reasoning_content` (DeepSeek,
 * xAI, Alibaba, Moonshot, older vLLM, and the AI SDK's openai-compatible client) and `reasoning`
 * (Groq, Ollama, OpenRouter, newer vLLM).
 */
export const REASONING_FIELDS = ["reasoning_content", "reasoning"] as const;
export type ReasoningField = (typeof REASONING_FIELDS)[number];

/**
 * Fields that control how much servers of this format reason, and whether they show it. Each server
 * knows one or two of them.
 */
export const REASONING_CONTROLS = [
  "reasoning_effort",
  // OpenRouter and Ollama.
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
