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
  // GitHub Copilot and GitHub Models
  "model_max_prompt_tokens_exceeded",
  "tokens_limit_reached",
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
  // Moonshot: "Your request exceeded model token limit: 131072"
  /\bexceed(?:s|ed)? (?:the )?model(?:'s)? token limit\b/i,
  // Z.ai: "Prompt exceeds max length"
  /\bprompt exceeds (?:the )?max(?:imum)? length\b/i,
  // Qwen: "Range of input length should be [1, 30720]"
  /\brange of input length should be\b/i,
  // MiniMax: "context window exceeds limit"
  /\bcontext (?:window|length) exceeds (?:the )?limit\b/i,
  // Cohere: "too many tokens: …"
  /\btoo many tokens: .*\bprompt\b/i,
  // TGI: "`inputs` tokens + `max_new_tokens` must be <= 4096"
  /`inputs` tokens \+ `max_new_tokens` must be\b/i,
  // vLLM: "is longer than the maximum model length"; SGLang: "is longer than the model's context length"
  /\blonger than the (?:maximum model|model's context) length\b/i,
  // llama.cpp: "Context size has been exceeded."
  /\bcontext (?:size|length|window) (?:has been|was) exceeded\b/i,
  // Ollama: "prompt too long; exceeded max context length by 5 tokens"
  /\bexceeded max(?:imum)? context length\b/i,
  // LM Studio: "Trying to keep the first 9000 tokens when context the overflows. However, …"
  /\bthe first \d+ tokens when context the overflows\b/i,
  // GitHub Copilot: "prompt token count of 150000 exceeds the limit of 128000"
  /\bprompt token count of \d+ exceeds the limit\b/i,
  // Volcano Engine: "Total tokens of image and text exceed max message tokens"
  /\bexceed max message tokens\b/i,
  // LM Studio: "the number of tokens to keep from the initial prompt is greater than the context length"
  /\binitial prompt is greater than the context length\b/i,
  // Cerebras: "Please reduce the length of the messages or completion"
  /\breduce the length of the (?:messages|prompt|input)\b/i,
  // Gemini: "The input token count (1200000) exceeds the maximum number of tokens allowed
  // (1048576)."
  /\binput token count\b.*\bexceeds the maximum number of tokens\b/i,
];

/** Whether a vendor refused a request because its prompt is too long for the model. */
export function isContextOverflow(upstreamCode: string | undefined, message = ""): boolean {
  if (upstreamCode !== undefined && CODES.has(upstreamCode)) return true;
  return TEXTS.some((text) => text.test(message));
}
