import type { Usage } from "../../chat/usage.ts";
import { defined } from "../../json/defined.ts";
import type { ResponsesUsage } from "./response.ts";

/**
 * Usage → `usage`. Unknown counts of cached and reasoning tokens are 0: Codex cannot read an answer
 * without these two.
 */
export function mapUsage(usage: Usage): ResponsesUsage {
  return {
    input_tokens: usage.input_tokens,
    input_tokens_details: {
      cached_tokens: usage.cached_input_tokens ?? 0,
      ...defined({ cache_write_tokens: usage.cache_write_input_tokens }),
    },
    output_tokens: usage.output_tokens,
    output_tokens_details: { reasoning_tokens: usage.reasoning_tokens ?? 0 },
    total_tokens: usage.total_tokens,
  };
}
