import { describe, expect, test } from "bun:test";
import { overlayExtras } from "../../../src/chat/overlay-extras.ts";

const DECIDED: ReadonlySet<string> = new Set(["model", "n"]);

describe("overlayExtras", () => {
  test("lays the fields over what was encoded, and changes neither", () => {
    const encoded = { a: 1, b: { c: 2 } };
    const extras = { b: { d: 3 }, e: null };
    expect<object>(overlayExtras(encoded, extras)).toEqual({ a: 1, b: { d: 3 }, e: null });
    expect(encoded).toEqual({ a: 1, b: { c: 2 } });
    expect(extras).toEqual({ b: { d: 3 }, e: null });
  });

  test("leaves out notes and what is decided elsewhere, at this level alone", () => {
    const extras = {
      model: "dear",
      n: 8,
      $x: 1,
      $: 2,
      x$: 3,
      schema: { $ref: "#/$defs/a", model: "inner" },
    };
    expect<object>(overlayExtras({ model: "cheap" }, extras, DECIDED)).toEqual({
      model: "cheap",
      x$: 3,
      schema: { $ref: "#/$defs/a", model: "inner" },
    });
  });

  test("gives the same object back where there is nothing to lay over it", () => {
    const encoded = { a: 1 };
    for (const extras of [undefined, {}, { $x: 1 }, { n: 8, model: "dear" }]) {
      expect(overlayExtras(encoded, extras, DECIDED)).toBe(encoded);
    }
  });
});
