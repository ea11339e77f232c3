import { describe, expect, test } from "bun:test";
import { ANTHROPIC_FIXTURES } from "../../support/anthropic-fixtures.ts";
import { readStreamedMessage, summarizeMessage } from "../../support/read-anthropic-message.ts";
import { streamMessage } from "../../support/stream-anthropic-message.ts";

describe("the tests' own reading of Anthropic's messages", () => {
  test.each([...ANTHROPIC_FIXTURES])(
    "$name: as expected, and the same from its stream",
    ({ message, expected }) => {
      expect(summarizeMessage(message)).toEqual(expected);
      expect(summarizeMessage(readStreamedMessage(streamMessage(message).join("")))).toEqual(
        expected,
      );
    },
  );
});
