import type { Usage } from "../../chat/usage.ts";
import { defined } from "../../json/defined.ts";
import type { ResponsesUsage } from "./response.ts";

/** Usage → `usage`. Unknown counts are left out. */
export function mapUsage(usage: Usage): ResponsesUsage {
  const {
    cached_input_tokens: cached,
    cache_write_input_tokens: written,
    reasoning_tokens: reasoning,
  } = usage;
  return {
    input_tokens: usage.input_tokens,
    input_tokens_details: {
      ...defined({ cached_tokens: cached, cache_write_tokens: written }),
    },
    output_tokens: usage.output_tokens,
    output_tokens_details: reasoning === undefined ? {} : { reasoning_tokens: reasoning },
    total_tokens: usage.total_tokens,
  };
}
