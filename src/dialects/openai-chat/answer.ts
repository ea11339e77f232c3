/** A tool call; in a stream, `index` says which one grows. */
export interface WireToolCall {
  index?: number;
  id?: string;
  type?: "function";
  function: { name?: string; arguments?: string };
  /** Google's convention for data beside a call; clients send it back unchanged. */
  extra_content?: { google: { thought_signature: string } };
}

/**
 * An entry of OpenRouter's `reasoning_details`: some reasoning, with what its vendor needs back.
 */
export interface WireReasoningDetail {
  type: "reasoning.text" | "reasoning.summary" | "reasoning.encrypted";
  text?: string;
  signature?: string;
  data?: string;
  format: string;
  id: string;
  index: number;
}

export interface WireAssistantMessage {
  role: "assistant";
  content: string | null;
  refusal: string | null;
  reasoning_content?: string;
  reasoning_details?: WireReasoningDetail[];
  tool_calls?: WireToolCall[];
}

export interface WireUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number };
  completion_tokens_details?: { reasoning_tokens?: number };
  /** US dollars, as OpenRouter writes it; absent if the cost is not known. */
  cost?: number;
}

export type WireFinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** What this server writes if the answer came in another format. */
export interface WireCompletion {
  id: string;
  object: "chat.completion";
  created: number;
  model: string;
  choices: [
    { index: 0; message: WireAssistantMessage; logprobs: null; finish_reason: WireFinishReason },
  ];
  usage?: WireUsage;
  /** Our own field: what the target did not support. Absent if there is nothing to report. */
  warnings?: readonly unknown[];
}
