import { readCount, type Usage } from "../../chat/usage.ts";
import { isJsonObject } from "../../json/json-object.ts";

/** The counts of an answer; null where the vendor gave none. `output_tokens` holds the reasoning tokens already. */
export function mapUsage(usage: unknown): Usage | null {
  if (!isJsonObject(usage)) return null;
  const input = readCount(usage.input_tokens);
  const output = readCount(usage.output_tokens);
  if (input === undefined || output === undefined) return null;
  const inputDetails = isJsonObject(usage.input_tokens_details) ? usage.input_tokens_details : {};
  const outputDetails = isJsonObject(usage.output_tokens_details)
    ? usage.output_tokens_details
    : {};
  const cached = readCount(inputDetails.cached_tokens);
  const written = readCount(inputDetails.cache_write_tokens);
  const reasoning = readCount(outputDetails.reasoning_tokens);
  return {
    input_tokens: input,
    output_tokens: output,
    ...(cached === undefined ? {} : { cached_input_tokens: cached }),
    ...(written === undefined ? {} : { cache_write_input_tokens: written }),
    ...(reasoning === undefined ? {} : { reasoning_tokens: reasoning }),
    total_tokens: readCount(usage.total_tokens) ?? input + output,
  };
}
