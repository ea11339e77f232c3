/**
 * The vendors' codes and texts for a prompt that is longer than the model's context. Most have no
 * code of their own for it, so their texts are recognized, as read in their documentation and
 * sources in November 2026.
 */
const CODES: ReadonlySet<string> = new Set([
  // OpenAI and Groq
  "context_length_exceeded",
  // llama.cpp
  "exceed_context_size_error",
  "model_context_window_exceeded",
]);

const TEXTS: readonly RegExp[] = [
  // Anthropic: "prompt is too long: 213462 tokens > 200000 maximum"; Bedrock: "Input is too long".
  /\b(?:prompt|input) is too long\b/i,
  // Anthropic: "input length and `max_tokens` exceed context limit: …"; OpenAI: "Your input exceeds
  // the context window of this model"; llama.cpp: "the request exceeds the available context size".
  /\bexceeds? (?:the |this model's )?(?:available |maximum )?context (?:limit|window|size|length)/i,
  // OpenAI, vLLM, DeepSeek, Mistral, OpenRouter: "This model's maximum context length is 8192
  // tokens"
  /\bmaximum context length\b/i,
  // xAI: "This model's maximum prompt length is 131072 but the request contains 200000 tokens."
  /\bmaximum prompt length\b/i,
  // Gemini: "The input token count (1200000) exceeds the maximum number of tokens allowed
  // (1048576)."
  /\binput token count\b.*\bexceeds the maximum number of tokens\b/i,
];

/** Whether a vendor refused a request because its prompt is too long for the model. */
export function isContextOverflow(upstreamCode: string | undefined, message = ""): boolean {
  if (upstreamCode !== undefined && CODES.has(upstreamCode)) return true;
  return TEXTS.some((text) => text.test(message));
}
