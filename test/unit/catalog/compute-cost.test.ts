import { describe, expect, test } from "bun:test";
import { computeCost as computeCostOf } from "../../../src/catalog/compute-cost.ts";
import { createCatalog } from "../../../src/catalog/index.ts";
import type { ModelInfo } from "../../../src/chat/model.ts";
import type { Usage } from "../../../src/chat/usage.ts";

const NOVEMBER = Date.UTC(2026, 10, 23);
const catalog = createCatalog();

function computeCost(counted: Usage | null, model: ModelInfo, atMs: number) {
  return computeCostOf(counted, model, atMs, (id) => catalog.lookup("claude", id));
}

function usage(input: number, output: number, more: Partial<Usage> = {}): Usage {
  return { input_tokens: input, output_tokens: output, total_tokens: input + output, ...more };
}

describe("the cost of a call", () => {
  const sonnet = catalog.lookup("claude", "claude-sonnet-4-6");

  test("is input and output at the price per million tokens", () => {
    expect(computeCost(usage(1_000_000, 100_000), sonnet, NOVEMBER)).toEqual({
      currency: "USD",
      input: 3,
      output: 1.5,
      total: 4.5,
    });
  });

  test("covers all passes if the counts leave some out, each at the price of its model", () => {
    const opus = catalog.lookup("claude", "claude-opus-5");
    const passes = [
      { usage: usage(60_000, 600) },
      { model: "claude-opus-5", usage: usage(2000, 900) },
      { usage: usage(700, 1300, { cached_input_tokens: 200 }) },
    ];
    const input = (60_000 * 3 + 2000 * (opus.price?.input ?? 0) + 500 * 3 + 200 * 0.3) / 1e6;
    const output = (600 * 15 + 900 * (opus.price?.output ?? 0) + 1300 * 15) / 1e6;
    const cost = computeCost({ ...usage(700, 1300), passes }, sonnet, NOVEMBER);
    expect(cost?.input).toBeCloseTo(input, 9);
    expect(cost?.output).toBeCloseTo(output, 9);
    const unknown = [{ usage: usage(1, 1) }, { model: "claude-unheard-of", usage: usage(1, 1) }];
    expect(computeCost({ ...usage(1, 1), passes: unknown }, sonnet, NOVEMBER)).toBeNull();
  });

  test("counts cached tokens once: they are part of the input", () => {
    // 700 plain, 200 read, 100 written, 40 of them for an hour.
    const counted = usage(1000, 0, {
      cached_input_tokens: 200,
      cache_write_input_tokens: 100,
      cache_write_1h_input_tokens: 40,
    });
    const expected = (700 * 3 + 200 * 0.3 + 60 * 3.75 + 40 * 6) / 1e6;
    expect(computeCost(counted, sonnet, NOVEMBER)?.input).toBe(expected);
  });

  test("uses the input price for an unknown cache price, and the write price for an unknown one-hour price", () => {
    const model: ModelInfo = { id: "m", price: { input: 2, output: 4 } };
    const counted = usage(10, 0, {
      cached_input_tokens: 4,
      cache_write_input_tokens: 3,
      cache_write_1h_input_tokens: 1,
    });
    expect(computeCost(counted, model, NOVEMBER)?.input).toBe(0.00002);
    const withWrites: ModelInfo = { id: "m", price: { input: 2, output: 4, cache_write: 3 } };
    expect(computeCost(counted, withWrites, NOVEMBER)?.input).toBe((7 * 2 + 3 * 3) / 1e6);
  });

  test("is never negative, even if a vendor's counts are inconsistent", () => {
    const model: ModelInfo = { id: "m", price: { input: 2, output: 4, cached_input: 0 } };
    expect(computeCost(usage(5, 0, { cached_input_tokens: 9 }), model, NOVEMBER)?.input).toBe(0);
  });

  test("is null without counts and without a price", () => {
    expect(computeCost(null, sonnet, NOVEMBER)).toBeNull();
    expect(computeCost(usage(1, 1), { id: "unknown" }, NOVEMBER)).toBeNull();
  });

  test("is rounded to billionths, halves up, and the total is the sum of the two", () => {
    const model: ModelInfo = { id: "m", price: { input: 0.0005, output: 0.0004 } };
    expect(computeCost(usage(1, 1), model, NOVEMBER)).toEqual({
      currency: "USD",
      input: 1e-9,
      output: 0,
      total: 1e-9,
    });
    const odd = computeCost(usage(3, 7), catalog.lookup("claude", "claude-haiku-5-5"), NOVEMBER);
    expect(odd).toEqual({ currency: "USD", input: 0.0000003, output: 0.0000035, total: 0.0000038 });
  });
});

describe("prices that depend on the prompt's size", () => {
  test("haiku 5.5 costs five times as much above 100,000 tokens, but not at the boundary itself", () => {
    const haiku = catalog.lookup("claude", "haiku");
    expect(computeCost(usage(100_000, 1000), haiku, NOVEMBER)).toMatchObject({
      input: 0.01,
      output: 0.0005,
    });
    expect(computeCost(usage(100_001, 1000), haiku, NOVEMBER)).toMatchObject({
      input: 0.0500005,
      output: 0.0025,
    });
  });

  test("OpenAI doubles input and charges 1.5 times as much for output above 272,000", () => {
    const sol = catalog.lookup("openai", "gpt-6.1-sol");
    const cached = { cached_input_tokens: 72_000 };
    expect(computeCost(usage(272_000, 1000, cached), sol, NOVEMBER)).toMatchObject({
      input: 0.4072,
      output: 0.01,
    });
    expect(computeCost(usage(272_001, 1000, cached), sol, NOVEMBER)).toMatchObject({
      input: 0.814404,
      output: 0.015,
    });
  });

  test("Gemini 3.1 pro changes above 200,000", () => {
    const pro = catalog.lookup("gemini", "gemini-3.1-pro-preview");
    expect(computeCost(usage(200_000, 1000), pro, NOVEMBER)).toMatchObject({
      input: 0.4,
      output: 0.012,
    });
    expect(computeCost(usage(200_001, 1000), pro, NOVEMBER)).toMatchObject({
      input: 0.800004,
      output: 0.018,
    });
  });
});

describe("prices that change on a day", () => {
  const argon = catalog.lookup("gemini", "gemini-4-argon");

  test("take effect at midnight UTC", () => {
    const lastMoment = Date.UTC(2026, 11, 1) - 1;
    expect(computeCost(usage(1_000_000, 1_000_000), argon, lastMoment)).toMatchObject({
      input: 2,
      output: 10,
    });
    expect(computeCost(usage(1_000_000, 1_000_000), argon, lastMoment + 1)).toMatchObject({
      input: 4,
      output: 20,
    });
  });

  test("apply the latest change in effect, with its own price for long prompts", () => {
    const model: ModelInfo = {
      id: "m",
      price: { input: 1, output: 1 },
      long_prompt_price: { above_input_tokens: 10, price: { input: 9, output: 9 } },
      price_changes: [
        { from: "2026-01-01", price: { input: 2, output: 2 } },
        {
          from: "2027-01-01",
          price: { input: 3, output: 3 },
          long_prompt_price: { above_input_tokens: 10, price: { input: 5, output: 5 } },
        },
      ],
    };
    const cost = (at: number) => computeCost(usage(1_000_000, 0), model, at)?.input;
    expect(cost(Date.UTC(2025, 5, 1))).toBe(9);
    expect(cost(NOVEMBER)).toBe(2);
    expect(cost(Date.UTC(2027, 5, 1))).toBe(5);
  });
});
