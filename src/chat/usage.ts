/** Counts of tokens, as the vendor gave them. A count that the vendor did not give is absent, never zero. */
export interface Usage {
  /** The whole prompt, what was read from or written to a cache included. */
  input_tokens: number;
  /** The whole answer, hidden reasoning included. */
  output_tokens: number;
  /** Of the input, read from the vendor's cache. */
  cached_input_tokens?: number;
  /** Of the input, written to the vendor's cache. */
  cache_write_input_tokens?: number;
  /** Of the cache writes, those kept for an hour (they cost more at Anthropic). */
  cache_write_1h_input_tokens?: number;
  /** Of the output, spent on reasoning. */
  reasoning_tokens?: number;
  total_tokens: number;
  /** Where an answer took passes that are not in the counts above (a compaction's, an advisor's): all of its passes, which are paid for. */
  passes?: readonly UsagePass[];
}

/** A count of tokens in what a vendor said; undefined for anything else. */
export function readCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** One run of a model within an answer. */
export interface UsagePass {
  /** The vendor's id of the model; absent where it is the one that was called. */
  model?: string;
  usage: Usage;
}
