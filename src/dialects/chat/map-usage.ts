import type { Usage } from "../../chat/usage.ts";
import type { ChatResponseBody } from "./response.ts";

/** Usage → `usage`. Counts that the vendor did not report are null. */
export function mapUsage(usage: Usage | null): ChatResponseBody["usage"] {
  return (
    usage && {
      input_tokens: usage.input_tokens,
      output_tokens: usage.output_tokens,
      cached_input_tokens: usage.cached_input_tokens ?? null,
      cache_write_input_tokens: usage.cache_write_input_tokens ?? null,
      reasoning_tokens: usage.reasoning_tokens ?? null,
      total_tokens: usage.total_tokens,
    }
  );
}
