import type { Usage } from "../../chat/usage.ts";
import { defined } from "../../json/defined.ts";
import type { WireUsage } from "./answer.ts";

/** Usage → `usage`. Unknown counts are left out. */
export function mapUsage(usage: Usage): WireUsage {
  const {
    cached_input_tokens: cached,
    cache_write_input_tokens: written,
    reasoning_tokens: reasoning,
  } = usage;
  const prompt = {
    ...defined({ cached_tokens: cached, cache_write_tokens: written }),
  };
  return {
    prompt_tokens: usage.input_tokens,
    completion_tokens: usage.output_tokens,
    total_tokens: usage.total_tokens,
    ...defined({
      prompt_tokens_details: Object.keys(prompt).length > 0 ? prompt : undefined,
      completion_tokens_details:
        reasoning === undefined ? undefined : { reasoning_tokens: reasoning },
    }),
  };
}
