import type { Usage } from "../../chat/usage.ts";
import type { WireUsage } from "./answer.ts";

/** Usage → `usage`. A count that is not known is left out. */
export function mapUsage(usage: Usage): WireUsage {
  const {
    cached_input_tokens: cached,
    cache_write_input_tokens: written,
    reasoning_tokens: reasoning,
  } = usage;
  const prompt = {
    ...(cached === undefined ? {} : { cached_tokens: cached }),
    ...(written === undefined ? {} : { cache_write_tokens: written }),
  };
  return {
    prompt_tokens: usage.input_tokens,
    completion_tokens: usage.output_tokens,
    total_tokens: usage.total_tokens,
    ...(Object.keys(prompt).length > 0 ? { prompt_tokens_details: prompt } : {}),
    ...(reasoning === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
