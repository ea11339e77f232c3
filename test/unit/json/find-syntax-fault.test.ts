import { expect, test } from "bun:test";
import { findSyntaxFault } from "../../../src/json/find-syntax-fault.ts";

test.each([
  ["", "line 1, column 1"],
  ["{fast}", "line 1, column 2"],
  ["{'a': 1}", "line 1, column 2"],
  ['{"a": 1,}', "line 1, column 9"],
  ['{"a": [1 2]}', "line 1, column 10"],
  ['{"a" 1}', "line 1, column 6"],
  ['{"a": 01}', "line 1, column 8"],
  ['{"a": tru}', "line 1, column 7"],
  ['{"a": "x\ny"}', "line 1, column 7"],
  ['{"a": "\\x"}', "line 1, column 7"],
  ['{\n  "a": {"b": [-1.5e3, null, "\\u00e9"]},\n  b: 2\n}', "line 3, column 3"],
  ['{"a": {"b": []}', "line 1, column 16"],
  ["{} {}", "line 1, column 4"],
])("%j stops being JSON at %s", (text, place) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(findSyntaxFault(text)).toBe(place);
});
