import { describe, expect, test } from "bun:test";
import type { Warning } from "../../../../src/chat/event.ts";
import type { ModelInfo } from "../../../../src/chat/model.ts";
import type { Reasoning } from "../../../../src/chat/request.ts";
import { encodeThinking } from "../../../../src/providers/gemini/encode-thinking.ts";

function encode(reasoning: Reasoning | undefined, model: string | ModelInfo) {
  const warnings: Warning[] = [];
  const info = typeof model === "string" ? { id: model } : model;
  const config = encodeThinking(reasoning, info, (warning) => warnings.push(warning));
  return { config, warned: warnings.map(({ param }) => param) };
}

test("no settings, nothing sent", () => {
  expect(encode(undefined, "gemini-3.5-flash")).toEqual({ config: undefined, warned: [] });
  expect(encode({}, "gemini-3.5-flash")).toEqual({ config: undefined, warned: [] });
});

test("whether thoughts are shown", () => {
  expect(encode({ visible: true }, "gemini-2.5-flash").config).toEqual({ includeThoughts: true });
  expect(encode({ visible: false, effort: "low" }, "gemini-3.5-flash").config).toEqual({
    thinkingLevel: "LOW",
    includeThoughts: false,
  });
});

describe("levels, from Gemini 3 on", () => {
  const CASES: [effort: NonNullable<Reasoning["effort"]>, flash: string, pro: string][] = [
    ["none", "MINIMAL!", "LOW!"],
    ["minimal", "MINIMAL", "LOW!"],
    ["low", "LOW", "LOW"],
    ["medium", "MEDIUM", "MEDIUM"],
    ["high", "HIGH", "HIGH"],
    ["xhigh", "HIGH!", "HIGH!"],
    ["max", "HIGH!", "HIGH!"],
  ];
  for (const [effort, flash, pro] of CASES) {
    test(`${effort}: ${flash} for flash, ${pro} for pro (! with a warning)`, () => {
      for (const [model, expected] of [
        ["gemini-3.5-flash", flash],
        ["gemini-flash-latest", flash],
        ["gemini-3.1-pro-preview", pro],
        ["gemini-4-argon", pro],
      ] as const) {
        const { config, warned } = encode({ effort }, model);
        expect(config).toEqual(
          expect.objectContaining({ thinkingLevel: expected.replace("!", "") }),
        );
        expect(warned).toEqual(expected.endsWith("!") ? ["reasoning.effort"] : []);
      }
    });
  }

  test("the catalog's efforts decide", () => {
    const model: ModelInfo = {
      id: "gemini-3.8-flash",
      reasoning: "effort",
      efforts: ["low", "high"],
    };
    expect(encode({ effort: "minimal" }, model)).toEqual({
      config: { thinkingLevel: "LOW" },
      warned: ["reasoning.effort"],
    });
    expect(encode({ effort: "medium" }, model).config).toEqual({ thinkingLevel: "LOW" });
  });

  test("a budget becomes a level, with a warning", () => {
    for (const [budget_tokens, level] of [
      [0, "MINIMAL"],
      [1024, "LOW"],
      [8192, "MEDIUM"],
      [24_576, "HIGH"],
    ] as const) {
      expect(encode({ budget_tokens }, "gemini-3.5-flash")).toEqual({
        config: { thinkingLevel: level },
        warned: ["reasoning.budget_tokens"],
      });
    }
  });
});

describe("budgets, in Gemini 2.5", () => {
  test("as they are, within the model's limits", () => {
    const CASES: [model: string, wanted: number, given: number][] = [
      ["gemini-2.5-flash", 0, 0],
      ["gemini-2.5-flash", 2000, 2000],
      ["gemini-2.5-flash", 50_000, 24_576],
      ["gemini-2.5-flash-lite", 100, 512],
      ["gemini-2.5-flash-lite", 0, 0],
      ["gemini-2.5-pro", 0, 128],
      ["gemini-2.5-pro", 32_768, 32_768],
    ];
    for (const [model, wanted, given] of CASES) {
      const { config, warned } = encode({ budget_tokens: wanted }, model);
      expect(config).toEqual({ thinkingBudget: given });
      expect(warned).toEqual(wanted === given ? [] : ["reasoning.budget_tokens"]);
    }
  });

  test("an effort becomes a budget, with a warning; off is off", () => {
    expect(encode({ effort: "none" }, "gemini-2.5-flash")).toEqual({
      config: { thinkingBudget: 0 },
      warned: [],
    });
    expect(encode({ effort: "none" }, "gemini-2.5-pro")).toEqual({
      config: { thinkingBudget: 128 },
      warned: ["reasoning.effort"],
    });
    expect(encode({ effort: "medium" }, "gemini-2.5-pro")).toEqual({
      config: { thinkingBudget: 8192 },
      warned: ["reasoning.effort"],
    });
    expect(encode({ effort: "max" }, "gemini-2.5-pro").config).toEqual({ thinkingBudget: 32_768 });
  });

  test("a budget overrides an effort", () => {
    expect(encode({ effort: "high", budget_tokens: 300 }, "gemini-2.5-flash")).toEqual({
      config: { thinkingBudget: 300 },
      warned: [],
    });
  });
});

test("a model that does not think gets no settings, with a warning", () => {
  for (const model of [
    "gemini-2.0-flash",
    "gemma-3-27b-it",
    { id: "gemini-3.5-flash", reasoning: "none" } as const,
  ]) {
    expect(encode({ effort: "high" }, model)).toEqual({
      config: undefined,
      warned: ["reasoning.effort"],
    });
    expect(encode({ budget_tokens: 10 }, model)).toEqual({
      config: undefined,
      warned: ["reasoning.budget_tokens"],
    });
    expect(encode({ effort: "none" }, model)).toEqual({ config: undefined, warned: [] });
  }
});
