import { describe, expect, test } from "bun:test";
import { createFigures, type Figure } from "../../../bench/results.ts";
import { compare, percentile } from "../../../bench/statistics.ts";
import { makeTables } from "../../../bench/tables.ts";

const key = { part: "json", work: "calls", runtime: "bun", measure: "CPU µs" } as const;
const figure = (variant: string, values: number[]): Figure => ({ ...key, variant, values });

describe("a comparison", () => {
  test("is a ratio of the medians if the ranges are apart", () => {
    expect(compare([20, 21, 28], [9, 10, 14])).toBe(2.1);
    expect(compare([4, 5, 6], [9, 10, 14])).toBe(0.5);
  });

  test("shows no difference if the ranges touch or overlap", () => {
    expect(compare([14, 20, 28], [9, 10, 14])).toBeNull();
    expect(compare([1, 20, 28], [9, 10, 14])).toBeNull();
    expect(compare([10, 11], [9, 14])).toBeNull();
  });

  test("shows no difference after a single round", () => {
    expect(compare([100], [9, 14])).toBeNull();
    expect(compare([20, 28], [9])).toBeNull();
  });

  test("percentiles lie between their neighbours", () => {
    expect(percentile([3, 1, 2], 0.5)).toBe(2);
    expect(percentile([1, 2], 0.5)).toBe(1.5);
    expect(percentile([5], 0.99)).toBe(5);
  });
});

describe("the tables", () => {
  test("set each variant beside the base on its own runtime, and say so if it shows nothing", () => {
    const [table] = makeTables(
      [
        figure("thin", [9, 10, 14]),
        figure("server", [20, 21, 28]),
        figure("other", [12, 20, 30]),
        { ...figure("server", [50]), runtime: "deno" },
      ],
      ["thin"],
    );
    expect(table).toEqual({
      part: "json",
      title: "calls",
      head: ["", "CPU µs", "CPU µs: beside thin"],
      rows: [
        ["bun thin", "10.0 (9.00–14.0)", "1"],
        ["bun server", "21.0 (20.0–28.0)", "2.10 ×"],
        ["bun other", "20.0 (12.0–30.0)", "no difference shown"],
        ["deno server", "50.0", ""],
      ],
    });
  });

  test("leave out the shares of a figure, and show a curve by what grows", () => {
    const figures = createFigures();
    for (const size of [1, 1000]) {
      const point = { ...key, part: "growth", variant: "server", curve: "tools", size } as const;
      figures.add({ ...point, work: `tools: ${size}` }, size * 2);
      figures.add({ ...point, work: `tools: ${size}`, measure: "CPU µs: gc" }, 1);
    }
    expect(makeTables(figures.list(), ["thin"])).toEqual([
      {
        part: "growth",
        title: "tools",
        head: ["", "1", "1,000"],
        rows: [["bun server", "2.00", "2000"]],
      },
    ]);
  });
});
