import { describe, expect, test } from "bun:test";
import { createSseDecoder } from "../../../src/stream/sse-decode.ts";
import { generateSse } from "../../support/generate-sse.ts";
import { splitsFor } from "../../support/split-bytes.ts";

describe("createSseDecoder reads generated streams, in whatever pieces they come", () => {
  test.each(Array.from({ length: 200 }, (_, seed) => seed))("seed %d", (seed) => {
    const { text, messages } = generateSse(seed);
    const bytes = new TextEncoder().encode(text);
    for (const [, split] of splitsFor(bytes)) {
      const decoder = createSseDecoder();
      expect(split(bytes).flatMap((piece) => decoder.decode(piece))).toEqual(messages);
    }
  });
});
