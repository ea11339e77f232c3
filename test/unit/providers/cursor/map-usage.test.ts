import { expect, test } from "bun:test";
import { mapUsage } from "../../../../src/providers/cursor/map-usage.ts";

test("mapUsage adds what was read from and written to the cache to the prompt", () => {
  const totalUsage = {
    inputTokens: 6320,
    outputTokens: 1450,
    cacheWriteTokens: 7100,
    cacheReadTokens: 21300,
    totalTokens: 36170,
  };
  expect(mapUsage({ totalUsage, runs: [] })).toEqual({
    input_tokens: 34720,
    output_tokens: 1450,
    cached_input_tokens: 21300,
    cache_write_input_tokens: 7100,
    total_tokens: 36170,
  });
});

test("mapUsage takes zeros for a usage that was not recorded, and gives null for what is no usage", () => {
  const zeros = {
    inputTokens: 0,
    outputTokens: 0,
    cacheWriteTokens: 0,
    cacheReadTokens: 0,
    totalTokens: 0,
  };
  for (const body of [
    { totalUsage: zeros },
    {},
    { totalUsage: null },
    { totalUsage: { ...zeros, inputTokens: -1 } },
    null,
    [],
  ]) {
    expect(mapUsage(body)).toBeNull();
  }
  expect(mapUsage({ totalUsage: { inputTokens: 1, outputTokens: 2 } })).toBeNull();
});
