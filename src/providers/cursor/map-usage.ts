import { readCount, type Usage } from "../../chat/usage.ts";
import { isJsonObject } from "../../json/json-object.ts";
import { type RunUsage, USAGE_COUNTS } from "./agents.ts";

/**
 * The answer of `/usage` for one run → usage. Cursor counts the four kinds separately (their sum is
 * the total), so the input is the sum of uncached, cached and cache-written tokens. Null if no
 * usage was recorded, which Cursor reports as zeros.
 */
export function mapUsage(body: unknown): Usage | null {
  const counts =
    isJsonObject(body) && isJsonObject(body.totalUsage) ? readCounts(body.totalUsage) : null;
  if (!counts || counts.totalTokens === 0) return null;
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, totalTokens } = counts;
  return {
    input_tokens: inputTokens + cacheReadTokens + cacheWriteTokens,
    output_tokens: outputTokens,
    cached_input_tokens: cacheReadTokens,
    cache_write_input_tokens: cacheWriteTokens,
    total_tokens: totalTokens,
  };
}

function readCounts(value: Record<string, unknown>): RunUsage | null {
  const counts: RunUsage = {
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    totalTokens: 0,
  };
  for (const name of USAGE_COUNTS) {
    const count = readCount(value[name]);
    if (count === undefined) return null;
    counts[name] = count;
  }
  return counts;
}
