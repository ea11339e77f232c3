import { expect, test } from "bun:test";
import { costHeader } from "../../../src/http/cost-header.ts";

test.each([
  [1, "1"],
  [0.1, "0.1"],
  [10, "10"],
  [0.000000001, "0.000000001"],
  [12.345678901, "12.345678901"],
  [0, "0"],
])("x-cost-usd of %p dollars is %s", (total, text) => {
  expect(costHeader({ currency: "USD", input: 0, output: 0, total })).toEqual({
    "x-cost-usd": text,
  });
});

test("an unknown cost has no header", () => {
  expect(costHeader(null)).toEqual({});
  expect(costHeader(undefined)).toEqual({});
});
