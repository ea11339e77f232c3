import type { Usage } from "../../chat/usage.ts";
import type { WireUsage } from "../../formats/anthropic-messages/response.ts";
import { defined } from "../../json/defined.ts";

/** Our counts → Anthropic's. Its clients need the two main counts, so an unknown one is 0. */
export function mapUsage(usage: Usage | null): WireUsage {
  if (!usage) return { input_tokens: 0, output_tokens: 0 };
  const {
    cached_input_tokens: cacheRead,
    cache_write_input_tokens: cacheWrite,
    reasoning_tokens: reasoning,
  } = usage;
  return {
    input_tokens: Math.max(0, usage.input_tokens - (cacheRead ?? 0) - (cacheWrite ?? 0)),
    ...defined({ cache_creation_input_tokens: cacheWrite, cache_read_input_tokens: cacheRead }),
    output_tokens: usage.output_tokens,
    ...defined({
      output_tokens_details: reasoning === undefined ? undefined : { thinking_tokens: reasoning },
    }),
  };
}
