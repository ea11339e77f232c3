import { describe, expect, test } from "bun:test";
import { createArgumentsDecoder } from "../../../../src/providers/gemini/decode-partial-arguments.ts";

function decode(...pieces: object[]): unknown {
  const decoder = createArgumentsDecoder();
  let text = "";
  for (const piece of pieces) text += decoder.decode([piece]);
  return JSON.parse(text + decoder.end());
}

const text = (jsonPath: string, stringValue: string, willContinue = false) => ({
  jsonPath,
  stringValue,
  willContinue,
});
const number = (jsonPath: string, numberValue: number) => ({ jsonPath, numberValue });

test("no arguments", () => {
  expect(decode()).toEqual({});
});

test("scalars of each kind", () => {
  expect(
    decode(
      text("$.s", "x"),
      number("$.n", -1.5),
      { jsonPath: "$.b", boolValue: true },
      { jsonPath: "$.z", nullValue: "NULL_VALUE" },
    ),
  ).toEqual({
    s: "x",
    n: -1.5,
    b: true,
    z: null,
  });
});

test("a string in pieces, with escapes and a split surrogate pair", () => {
  expect(
    decode(
      text("$.s", 'a"', true),
      text("$.s", "\n\\\ud83d", true),
      text("$.s", "\ude00", true),
      text("$.s", ""),
    ),
  ).toEqual({
    s: 'a"\n\\😀',
  });
});

test("an open string ends at the next value", () => {
  expect(decode(text("$.a", "x", true), text("$.b", "y", true))).toEqual({ a: "x", b: "y" });
});

test("nested lists and objects", () => {
  expect(
    decode(
      number("$.m[0][0]", 1),
      number("$.m[0][1]", 2),
      number("$.m[1][0]", 3),
      text("$.o.p.q", "r"),
      text("$.o.p.s", "t"),
      text("$.o.u", "v"),
      number("$.l[0].a", 1),
      number("$.l[1].a", 2),
    ),
  ).toEqual({ m: [[1, 2], [3]], o: { p: { q: "r", s: "t" }, u: "v" }, l: [{ a: 1 }, { a: 2 }] });
});

test("names in quotes", () => {
  expect(decode(text("$['a.b']['c\\'d']", "x"), text('$["e f"]', "y"))).toEqual({
    "a.b": { "c'd": "x" },
    "e f": "y",
  });
});

describe("arguments that are not one JSON text are an error", () => {
  const BAD: [name: string, ...pieces: object[]][] = [
    ["back into an object that was left", text("$.a.b", "x"), text("$.c", "y"), text("$.a.d", "z")],
    ["the same name twice", text("$.a", "x"), text("$.a", "y")],
    ["an index left out", number("$.a[1]", 1)],
    ["an index in an object", number("$[0]", 1)],
    ["a name in a list", number("$.a[0]", 1), number("$.a.b", 1)],
    ["no path", { stringValue: "x" }],
    ["a path to nothing", text("$", "x")],
    ["not a path", text("$..a", "x")],
  ];
  for (const [name, ...pieces] of BAD) {
    test(name, () => {
      expect(() => decode(...pieces)).toThrow();
    });
  }
});
