/** A finished or growing tool call; `index` is there in streams only. */
export interface WireToolCall {
  index?: number;
  id?: string;
  type?: "function";
  function: { name?: string; arguments?: string };
  /** Google's convention for what belongs to a call without being part of it; clients send it back as it is. */
  extra_content?: { google: { thought_signature: string } };
}

/** One entry of OpenRouter's `reasoning_details`: a piece of reasoning with what its vendor needs to see again. */
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
}

export type WireFinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** What this server writes where the answer does not come from a server of this format. */
export interface WireCompletion {
  id: string;
  object: "chat.completion";
  created: number;
  model: string;
  choices: [
    { index: 0; message: WireAssistantMessage; logprobs: null; finish_reason: WireFinishReason },
  ];
  usage?: WireUsage;
  /** Ours: what the target could not take. There only when there is something to tell. */
  warnings?: readonly unknown[];
}
