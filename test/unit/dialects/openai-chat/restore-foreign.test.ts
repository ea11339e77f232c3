import { describe, expect, test } from "bun:test";
import type { ToolCallPart } from "../../../../src/chat/part.ts";
import { encodeEmbedded } from "../../../../src/dialects/embedded-text.ts";
import { embedInCall, embedInDetails } from "../../../../src/dialects/openai-chat/embed-foreign.ts";
import {
  decodeForeignParts,
  type ForeignPart,
} from "../../../../src/dialects/openai-chat/foreign-part.ts";
import { restoreParts } from "../../../../src/dialects/openai-chat/restore-foreign.ts";

const SIGNATURE = { format: "anthropic", value: "sig==" } as const;
const CALL: ToolCallPart = { type: "tool_call", id: "t1", name: "f", arguments: {} };

const FOREIGN: ForeignPart[] = [
  { reasoning: "Hm.", signature: SIGNATURE },
  { text: 2, signature: SIGNATURE },
  { opaque: { format: "anthropic", value: { type: "server_tool_use" } } },
  { text: 3 },
  { call: "t1", signature: SIGNATURE },
];

describe("the parts of an answer come back", () => {
  test("in their order, with their signatures", () => {
    expect(restoreParts(FOREIGN, { text: "Hi you", reasoning: "", calls: [CALL] })).toMatchObject([
      { type: "reasoning", text: "Hm.", signature: SIGNATURE },
      { type: "text", text: "Hi you" },
      { type: "opaque", format: "anthropic" },
      { type: "tool_call", id: "t1", signature: SIGNATURE },
    ]);
    expect(restoreParts(FOREIGN, { text: "Hi yo", reasoning: "", calls: [CALL] })).toEqual([
      { type: "reasoning", text: "Hm.", signature: SIGNATURE },
      { type: "text", text: "Hi", signature: SIGNATURE },
      { type: "opaque", format: "anthropic", value: { type: "server_tool_use" } },
      { type: "text", text: " yo" },
      { ...CALL, signature: SIGNATURE },
    ]);
  });

  test("without the signatures of a text that was changed", () => {
    const [, changed] = restoreParts(FOREIGN, { text: "Changed", reasoning: "", calls: [] });
    expect(changed).toEqual({ type: "text", text: "Changed" });
  });

  test("with the reasoning cut from the message if only its length is embedded", () => {
    const short: ForeignPart[] = [
      { reasoning: 2, signature: SIGNATURE },
      { reasoning: 3, signature: SIGNATURE },
      { call: "t1" },
    ];
    expect(restoreParts(short, { text: "", reasoning: "abcde", calls: [CALL] })).toEqual([
      { type: "reasoning", text: "ab", signature: SIGNATURE },
      { type: "reasoning", text: "cde", signature: SIGNATURE },
      CALL,
    ]);
    expect(restoreParts(short, { text: "", reasoning: "changed", calls: [CALL] })).toEqual([
      { type: "reasoning", text: "changed" },
      CALL,
    ]);
  });

  test("with calls and texts that were added, and without those that were removed", () => {
    const more = { ...CALL, id: "t2" };
    expect(
      restoreParts([{ call: "gone" }, { call: "t1" }], {
        text: "new",
        reasoning: "",
        calls: [more, CALL],
      }),
    ).toEqual([CALL, { type: "text", text: "new" }, more]);
  });
});

test("only signed and opaque parts are embedded", () => {
  for (const embed of [embedInDetails, embedInCall]) {
    expect(embed([{ reasoning: "x" }, { text: 1 }, { call: "t" }])).toBeUndefined();
    expect(embed([{ text: 1, signature: SIGNATURE }])).toBeDefined();
    expect(embed([{ opaque: { format: "cursor", value: {} } }])).toBeDefined();
  }
});

test("what was embedded can be read, and a vendor's own text is left alone", () => {
  expect(decodeForeignParts(encodeEmbedded(FOREIGN), "p")).toEqual(FOREIGN);
  for (const value of [undefined, null, "", "Ep4C=="])
    expect(decodeForeignParts(value, "p")).toBeUndefined();
});
