import { readCount, type Usage, type UsagePass } from "../../chat/usage.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { omit } from "../../json/omit.ts";

/**
 * Anthropic's counts → usage; null until both the prompt and the answer are counted. Anthropic's
 * `input_tokens` exclude what was read from or written to the cache; ours are the whole prompt.
 */
export function mapUsage(usage: JsonObject): Usage | null {
  const uncached = readCount(usage.input_tokens);
  const output = readCount(usage.output_tokens);
  if (uncached === undefined || output === undefined) return null;
  const cacheWrite = readCount(usage.cache_creation_input_tokens);
  const cacheRead = readCount(usage.cache_read_input_tokens);
  const cacheWrite1h = isJsonObject(usage.cache_creation)
    ? readCount(usage.cache_creation.ephemeral_1h_input_tokens)
    : undefined;
  const reasoning = isJsonObject(usage.output_tokens_details)
    ? readCount(usage.output_tokens_details.thinking_tokens)
    : undefined;
  const input = uncached + (cacheWrite ?? 0) + (cacheRead ?? 0);
  return {
    input_tokens: input,
    output_tokens: output,
    ...defined({
      cached_input_tokens: cacheRead,
      cache_write_input_tokens: cacheWrite,
      cache_write_1h_input_tokens: cacheWrite1h,
      reasoning_tokens: reasoning,
    }),
    total_tokens: input + output,
    ...decodePasses(usage.iterations),
  };
}

/**
 * All passes of an answer, if any is not a plain message of the called model: only plain messages
 * are in the counts above.
 */
function decodePasses(iterations: unknown): Pick<Usage, "passes"> {
  if (
    !Array.isArray(iterations) ||
    iterations.every((pass) => isJsonObject(pass) && pass.type === "message")
  )
    return {};
  const passes = iterations.filter(isJsonObject).flatMap((pass): UsagePass[] => {
    const usage = mapUsage(pass);
    if (!usage) return [];
    return [typeof pass.model === "string" ? { model: pass.model, usage } : { usage }];
  });
  return { passes };
}

const USAGE_FIELDS: ReadonlySet<string> = new Set([
  "input_tokens",
  "output_tokens",
  "cache_creation_input_tokens",
  "cache_read_input_tokens",
]);

/**
 * The fields that the chat model lacks: service tier, server tools, the split of cache writes, …
 */
export function restOfUsage(usage: JsonObject): JsonObject {
  return omit(usage, USAGE_FIELDS);
}

/** A later count replaces an earlier one; a null leaves it unchanged. */
export function mergeUsage(earlier: JsonObject, later: JsonObject): JsonObject {
  const merged = { ...earlier };
  for (const name in later) if (later[name] !== null) merged[name] = later[name];
  return merged;
}
