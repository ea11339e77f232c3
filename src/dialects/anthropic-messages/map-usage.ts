import type { Usage } from "../../chat/usage.ts";
import type { WireUsage } from "../../formats/anthropic-messages/response.ts";

/** Our counts → Anthropic's, whose clients need the two main ones: 0 stands for what was not counted. */
export function mapUsage(usage: Usage | null): WireUsage {
  if (!usage) return { input_tokens: 0, output_tokens: 0 };
  const {
    cached_input_tokens: cacheRead,
    cache_write_input_tokens: cacheWrite,
    reasoning_tokens: reasoning,
  } = usage;
  return {
    input_tokens: Math.max(0, usage.input_tokens - (cacheRead ?? 0) - (cacheWrite ?? 0)),
    ...(cacheWrite === undefined ? {} : { cache_creation_input_tokens: cacheWrite }),
    ...(cacheRead === undefined ? {} : { cache_read_input_tokens: cacheRead }),
    output_tokens: usage.output_tokens,
    ...(reasoning === undefined ? {} : { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}
