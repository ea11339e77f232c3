import { readCount, type Usage } from "../../chat/usage.ts";
import { isJsonObject } from "../../json/json-object.ts";
import type { UsageMetadata } from "./answer.ts";

/**
 * `usageMetadata` → usage; null if it has no counts (a blocked prompt has only a traffic type).
 * Google leaves out counts of zero, so if the prompt's count is present, the others are known.
 */
export function mapUsage(metadata: unknown): Usage | null {
  if (!isJsonObject(metadata)) return null;
  const usage: UsageMetadata = metadata;
  const prompt = readCount(usage.promptTokenCount);
  if (prompt === undefined) return null;
  const thoughts = readCount(usage.thoughtsTokenCount);
  const cached = readCount(usage.cachedContentTokenCount);
  const input = prompt + (readCount(usage.toolUsePromptTokenCount) ?? 0);
  const output = (readCount(usage.candidatesTokenCount) ?? 0) + (thoughts ?? 0);
  return {
    input_tokens: input,
    output_tokens: output,
    ...(cached === undefined ? {} : { cached_input_tokens: cached }),
    ...(thoughts === undefined ? {} : { reasoning_tokens: thoughts }),
    total_tokens: readCount(usage.totalTokenCount) ?? input + output,
  };
}
