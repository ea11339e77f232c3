/**
 * Token counts, as the vendor gave them. A count that the vendor did not give is absent, never
 * zero.
 */
export interface Usage {
  /** The whole prompt, including what was read from or written to a cache. */
  input_tokens: number;
  /** The whole answer, including hidden reasoning. */
  output_tokens: number;
  /** Part of the input: read from the vendor's cache. */
  cached_input_tokens?: number;
  /** Part of the input: written to the vendor's cache. */
  cache_write_input_tokens?: number;
  /** Part of the cache writes: kept for an hour, which costs more at Anthropic. */
  cache_write_1h_input_tokens?: number;
  /** Part of the output: spent on reasoning. */
  reasoning_tokens?: number;
  total_tokens: number;
  /**
   * If an answer took passes that the counts above leave out (a compaction's, an advisor's): all
   * its passes, each of which is billed.
   */
  passes?: readonly UsagePass[];
}

/** A token count from a vendor's answer; undefined for anything else. */
export function readCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** One run of a model within an answer. */
export interface UsagePass {
  /** The vendor's id of the model; absent if it is the one that was called. */
  model?: string;
  usage: Usage;
}
