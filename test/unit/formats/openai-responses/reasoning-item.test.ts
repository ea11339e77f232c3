import { describe, expect, test } from "bun:test";
import {
  decodeReasoningExtras,
  restoreReasoning,
  textsOf,
} from "../../../../src/formats/openai-responses/reasoning-item.ts";
import type { JsonObject } from "../../../../src/json/json-object.ts";

function roundTrip(item: JsonObject) {
  const text = textsOf(item)
    .map((entry) => entry.text)
    .join("\n\n");
  const part = { type: "reasoning" as const, text, ...decodeReasoningExtras(item, textsOf(item)) };
  return { part, item: restoreReasoning(part) };
}

const summary = (...texts: string[]) => texts.map((text) => ({ type: "summary_text", text }));
const content = (...texts: string[]) => texts.map((text) => ({ type: "reasoning_text", text }));

describe("a reasoning item", () => {
  test.each<[string, JsonObject]>([
    [
      "with a summary and a secret",
      { type: "reasoning", id: "rs_1", summary: summary("A"), encrypted_content: "gAA" },
    ],
    ["without a text", { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAA" }],
    [
      "with several summaries",
      {
        type: "reasoning",
        id: "rs_1",
        summary: summary("A\n\nB", "", "C"),
        encrypted_content: "g",
      },
    ],
    [
      "with raw thoughts alone",
      { type: "reasoning", id: "rs_1", summary: [], content: content("A"), status: "completed" },
    ],
    [
      "with both",
      { type: "reasoning", id: "rs_1", summary: summary("A"), content: content("B", "C") },
    ],
    [
      "with an empty summary text",
      { type: "reasoning", summary: summary(""), encrypted_content: "g" },
    ],
    [
      "with a null for a secret",
      { type: "reasoning", id: "x", summary: [], content: content("A"), encrypted_content: null },
    ],
    [
      "with fields of the future",
      {
        type: "reasoning",
        id: "rs_1",
        summary: [{ type: "summary_text", text: "A", mood: "good" }],
        depth: 3,
      },
    ],
  ])("%s comes back as it was", (_name, item) => {
    expect(roundTrip(item).item).toEqual(item);
  });

  test("is signed by its encrypted content", () => {
    const { part } = roundTrip({
      type: "reasoning",
      id: "rs_1",
      summary: summary("A"),
      encrypted_content: "gAA",
    });
    expect(part).toEqual({
      type: "reasoning",
      text: "A",
      signature: { format: "openai_responses", value: "gAA", id: "rs_1" },
    });
  });

  test("whose text was changed gets it as one summary", () => {
    const item = {
      type: "reasoning",
      id: "rs_1",
      summary: summary("A", "B"),
      encrypted_content: "g",
    };
    const { part } = roundTrip(item);
    expect(restoreReasoning({ ...part, text: "Something else" })?.summary).toEqual(
      summary("Something else"),
    );
  });

  test("of another vendor is left out", () => {
    expect(restoreReasoning({ type: "reasoning", text: "A" })).toBeUndefined();
    expect(
      restoreReasoning({
        type: "reasoning",
        text: "A",
        signature: { format: "anthropic", value: "x" },
      }),
    ).toBeUndefined();
  });
});
