import { readCount, type Usage } from "../../chat/usage.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject } from "../../json/json-object.ts";

/**
 * The counts of an answer; null if the vendor gave none. `output_tokens` includes the reasoning
 * tokens.
 */
export function mapUsage(usage: unknown): Usage | null {
  if (!isJsonObject(usage)) return null;
  const input = readCount(usage.input_tokens);
  const output = readCount(usage.output_tokens);
  if (input === undefined || output === undefined) return null;
  const inputDetails = isJsonObject(usage.input_tokens_details) ? usage.input_tokens_details : {};
  const outputDetails = isJsonObject(usage.output_tokens_details)
    ? usage.output_tokens_details
    : {};
  return defined({
    input_tokens: input,
    output_tokens: output,
    cached_input_tokens: readCount(inputDetails.cached_tokens),
    cache_write_input_tokens: readCount(inputDetails.cache_write_tokens),
    reasoning_tokens: readCount(outputDetails.reasoning_tokens),
    total_tokens: readCount(usage.total_tokens) ?? input + output,
  });
}
