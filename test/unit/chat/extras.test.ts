import { describe, expect, test } from "bun:test";
import { createExtras } from "../../../src/chat/extras.ts";
import type { JsonObject } from "../../../src/json/json-object.ts";

const extras = createExtras("openai_chat");
const PROTECTED: ReadonlySet<string> = new Set(["model", "n"]);

function hold(fields: JsonObject) {
  return { extras: { openai_chat: fields, google: { other: true } } };
}

describe("overlay", () => {
  test("overlays the fields on what was encoded, and changes neither", () => {
    const encoded = { a: 1, b: { c: 2 } };
    const fields = { b: { d: 3 }, e: null };
    expect<object>(extras.overlay(encoded, hold(fields))).toEqual({ a: 1, b: { d: 3 }, e: null });
    expect(encoded).toEqual({ a: 1, b: { c: 2 } });
    expect(fields).toEqual({ b: { d: 3 }, e: null });
  });

  test("leaves out notes and protected fields, at this level alone", () => {
    const fields = {
      model: "dear",
      n: 8,
      $x: 1,
      $: 2,
      x$: 3,
      schema: { $ref: "#/$defs/a", model: "inner" },
    };
    expect<object>(extras.overlay({ model: "cheap" }, hold(fields), { except: PROTECTED })).toEqual(
      {
        model: "cheap",
        x$: 3,
        schema: { $ref: "#/$defs/a", model: "inner" },
      },
    );
  });

  test("returns the same object if there is nothing to overlay", () => {
    const encoded = { a: 1 };
    for (const fields of [{}, { $x: 1 }, { n: 8, model: "dear" }, { $original: { model: "x" } }]) {
      expect(extras.overlay(encoded, hold(fields), { except: PROTECTED })).toBe(encoded);
    }
    expect(extras.overlay(encoded, {})).toBe(encoded);
    expect(extras.overlay(encoded, { extras: { google: { a: 2 } } })).toBe(encoded);
  });

  test("puts the original form under the extra fields", () => {
    const holder = hold({ $original: { stop: "a", n: 8, seed: 1 }, seed: 2 });
    expect<object>(extras.overlay({ stop: ["a"] }, holder, { except: PROTECTED })).toEqual({
      stop: "a",
      seed: 2,
    });
    const exceptOriginal = new Set(["stop"]);
    expect<object>(extras.overlay({ stop: ["a"] }, holder, { exceptOriginal })).toEqual({
      stop: ["a"],
      n: 8,
      seed: 2,
    });
  });

  test("drops what the caller left out, except protected fields", () => {
    const holder = hold({ $unset: ["store", "model", "kept", 1], kept: true });
    const encoded = { store: false, model: "m", kept: false };
    expect<object>(extras.overlay(encoded, holder, { except: PROTECTED })).toEqual({
      model: "m",
      kept: true,
    });
    expect(encoded).toEqual({ store: false, model: "m", kept: false });
  });

  test("merges objects one level deep in a nested format", () => {
    const nested = createExtras("google", { nested: true });
    const holder = { extras: { google: { config: { k: { b: 2 } }, list: [1], $x: {} } } };
    const encoded = { config: { k: { a: 1 }, t: 0 }, list: [0] };
    expect<object>(nested.overlay(encoded, holder)).toEqual({
      config: { k: { b: 2 }, t: 0 },
      list: [1],
    });
  });
});

describe("wrap, fields and notes", () => {
  test("read back what was wrapped", () => {
    const holder = extras.wrap({ a: 1 }, { $original: { b: 2 }, $unset: ["c"] });
    expect(extras.has(holder)).toBe(true);
    expect(extras.fields(holder)).toEqual({ a: 1 });
    expect(extras.fields(holder, new Set(["a"]))).toEqual({});
    expect(extras.note(holder, "$unset")).toEqual(["c"]);
    expect(extras.noteFields(holder, "$original")).toEqual({ b: 2 });
    expect(extras.noteFields(holder, "$unset")).toEqual({});
  });

  test("wrap nothing if there is nothing to keep", () => {
    expect(extras.wrap({})).toEqual({});
    expect(extras.wrap({}, { $original: {} })).toEqual({});
    expect(extras.has({})).toBe(false);
    expect(extras.fields({})).toEqual({});
  });
});
