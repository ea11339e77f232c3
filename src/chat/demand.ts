import { estimateTokens } from "./estimate-tokens.ts";
import type { ChatRequest } from "./request.ts";

/** What a call asks for, as far as limits and prices are concerned. */
export interface Demand {
  /** The caller's field that holds the input. */
  readonly param: string;
  /** An estimate. */
  inputTokens(): number;
  /** Undefined if the caller sets no limit. */
  readonly maxOutputTokens: number | undefined;
}

/** The demand of a chat. */
export function demandOf(request: ChatRequest): Demand {
  return {
    param: "messages",
    inputTokens: () => estimateTokens(request),
    maxOutputTokens: request.max_tokens,
  };
}
