import { readCount, type Usage } from "../../chat/usage.ts";
import { isJsonObject } from "../../json/json-object.ts";

/** The vendor's counts → usage; null if it did not count the prompt or the answer. */
export function mapUsage(usage: unknown): Usage | null {
  if (!isJsonObject(usage)) return null;
  const prompt = readCount(usage.prompt_tokens);
  const completion = readCount(usage.completion_tokens);
  if (prompt === undefined || completion === undefined) return null;
  const promptDetails = isJsonObject(usage.prompt_tokens_details)
    ? usage.prompt_tokens_details
    : {};
  const completionDetails = isJsonObject(usage.completion_tokens_details)
    ? usage.completion_tokens_details
    : {};
  const reasoning = readCount(completionDetails.reasoning_tokens);
  // DeepSeek and Moonshot have other names than OpenAI's for the cached tokens.
  const cached =
    readCount(promptDetails.cached_tokens) ??
    readCount(usage.prompt_cache_hit_tokens) ??
    readCount(usage.cached_tokens);
  const cacheWrite = readCount(promptDetails.cache_write_tokens);
  const total = readCount(usage.total_tokens);
  // xAI excludes reasoning from completion_tokens but not from total_tokens (recorded); the sum
  // reveals it.
  const separate =
    reasoning !== undefined && reasoning > 0 && total === prompt + completion + reasoning;
  const output = separate ? completion + reasoning : completion;
  return {
    input_tokens: prompt,
    output_tokens: output,
    ...(cached === undefined ? {} : { cached_input_tokens: cached }),
    ...(cacheWrite === undefined ? {} : { cache_write_input_tokens: cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoning_tokens: reasoning }),
    total_tokens: total ?? prompt + output,
  };
}
