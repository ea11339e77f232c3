import { describe, expect, test } from "bun:test";
import { limitSchema, type SchemaRules } from "../../../src/formats/json-schema/limit-schema.ts";
import { isPlainRoot, mergeRoot } from "../../../src/formats/json-schema/merge-root.ts";
import type { JsonObject } from "../../../src/json/json-object.ts";

const PLAIN: SchemaRules = {
  keywords: new Set(
    "type description properties required items anyOf enum $ref $defs additionalProperties".split(
      " ",
    ),
  ),
  closed: false,
};
const limit = (schema: JsonObject, rules: Partial<SchemaRules> = {}) =>
  limitSchema(schema, { ...PLAIN, ...rules });

describe("a schema within a vendor's limits", () => {
  test("stays the same object if it has nothing else", () => {
    const schema = { type: "object", properties: { a: { type: "string", enum: ["x"] } } };
    expect(limit(schema).schema).toBe(schema);
  });

  test("says in descriptions what is refused", () => {
    const { schema, moved } = limit({
      type: "object",
      $schema: "https://json-schema.org/draft/2020-12/schema",
      properties: {
        n: { type: "integer", minimum: 1, maximum: 10, description: "A score." },
        list: { type: "array", items: { type: "string", maxLength: 280 }, uniqueItems: true },
        minimum: { type: "string" },
      },
    });
    expect(schema).toEqual({
      type: "object",
      properties: {
        n: { type: "integer", description: "A score. (minimum: 1, maximum: 10)" },
        list: {
          type: "array",
          items: { type: "string", description: "(maxLength: 280)" },
          description: "(uniqueItems: true)",
        },
        minimum: { type: "string" },
      },
    });
    expect([...moved].sort()).toEqual(["maxLength", "maximum", "minimum", "uniqueItems"]);
  });

  test("has anyOf for oneOf, an enum for const, and allOf merged", () => {
    expect(limit({ oneOf: [{ const: 1 }, { type: "null" }] }).schema).toEqual({
      anyOf: [{ enum: [1] }, { type: "null" }],
    });
    expect(
      limit({
        allOf: [
          { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
          { properties: { b: { type: "string" } }, required: ["b"] },
        ],
      }).schema,
    ).toEqual({
      type: "object",
      properties: { a: { type: "string" }, b: { type: "string" } },
      required: ["a", "b"],
    });
  });

  test("has nothing beside a reference", () => {
    const $ref = "#/$defs/a";
    const schema = { type: "object", properties: { a: { $ref, description: "A." } } };
    const expected = {
      type: "object",
      properties: { a: { description: "A.", anyOf: [{ $ref }] } },
    };
    expect(limit(schema).schema).toEqual(expected);
    expect(limit(schema, { keywords: null }).schema).toEqual(expected);
    const pydantic = {
      type: "object",
      properties: { a: { allOf: [{ $ref }], description: "A." } },
    };
    expect(limit(pydantic).schema).toEqual(expected);
  });

  test("is closed everywhere, which is told if it was open", () => {
    const open = {
      type: "object",
      properties: { a: { type: "object", additionalProperties: true } },
    };
    const { schema, moved } = limit(open, { closed: true });
    expect(schema).toEqual({
      type: "object",
      properties: { a: { type: "object", additionalProperties: false } },
      additionalProperties: false,
    });
    expect([...moved]).toEqual(["additionalProperties"]);
  });

  test("of any depth does no harm", () => {
    let schema: JsonObject = { type: "string", minLength: 1 };
    for (let depth = 0; depth < 200; depth++) schema = { type: "array", items: schema };
    expect(JSON.stringify(limit(schema).schema)).toContain("minLength");
  });
});

describe("the root of a tool's schema", () => {
  test("that is an object is plain", () => {
    expect(isPlainRoot({ type: "object", properties: {} })).toBe(true);
    for (const name of ["anyOf", "oneOf", "allOf", "not", "enum", "$ref"])
      expect(isPlainRoot({ type: "object", [name]: [] })).toBe(false);
    expect(isPlainRoot({ properties: {} })).toBe(false);
  });

  test("with alternatives is merged: only what all of them need is required", () => {
    const { schema, isLooser } = mergeRoot({
      description: "D.",
      anyOf: [
        {
          type: "object",
          properties: { a: { type: "string" }, k: { const: 1 } },
          required: ["a", "k"],
        },
        { $ref: "#/$defs/b" },
      ],
      $defs: {
        b: {
          type: "object",
          properties: { b: { type: "number" }, k: { const: 2 } },
          required: ["b", "k"],
        },
      },
    });
    expect(schema).toMatchObject({
      type: "object",
      description: "D. Needs one of: a + k; b + k.",
      properties: {
        a: { type: "string" },
        b: { type: "number" },
        k: { anyOf: [{ const: 1 }, { const: 2 }] },
      },
      required: ["k"],
    });
    expect(schema).not.toHaveProperty("anyOf");
    expect(isLooser).toBe(true);
  });

  test("with allOf or a reference loses nothing", () => {
    const b = { type: "object", properties: { b: { type: "number" } }, required: ["b"] };
    const { schema, isLooser } = mergeRoot({
      allOf: [{ $ref: "#/$defs/b" }, { required: ["c"] }],
      $defs: { b },
    });
    expect(schema).toMatchObject({
      type: "object",
      properties: b.properties,
      required: ["b", "c"],
    });
    expect(isLooser).toBe(false);
    expect(mergeRoot({ $ref: "#/$defs/b", $defs: { b } }).schema).toMatchObject(b);
  });

  test("with alternatives in alternatives, in allOf and behind conditions loses no property", () => {
    const object = (name: string) => ({
      type: "object",
      properties: { [name]: { type: "string" } },
      required: [name],
    });
    const { schema, isLooser } = mergeRoot({
      type: "object",
      properties: { a: { type: "string", minLength: 1 } },
      allOf: [
        { oneOf: [object("b"), { allOf: [{ $ref: "#/definitions/x~1y" }, object("c")] }] },
        { anyOf: [{ anyOf: [object("d"), object("e")] }, object("f")] },
        object("a"),
      ],
      if: { required: ["a"] },
      else: object("g"),
      definitions: { "x/y": { $ref: "#/definitions/z" }, z: object("z") },
    });
    expect(Object.keys(Object(schema.properties)).sort()).toEqual([..."abcdefgz"]);
    expect(schema).toMatchObject({
      properties: { a: { allOf: [{ type: "string", minLength: 1 }, { type: "string" }] } },
      required: ["a"],
      description:
        "Needs one of: b; z + c. Needs one of: nothing; f. Needs one of: d; e. Needs one of: nothing; g.",
    });
    for (const name of ["allOf", "anyOf", "oneOf", "if", "else"])
      expect(schema).not.toHaveProperty(name);
    expect(isLooser).toBe(true);
  });

  test("that refers to itself, or to ever more of itself, ends", () => {
    const list = (name: string) => Array.from({ length: 10 }, () => ({ $ref: `#/$defs/${name}` }));
    const names = [..."abcdefghij"];
    const $defs = Object.fromEntries(
      names.map((name, at) => [name, { anyOf: list(names[at + 1] ?? name) }]),
    );
    const p = { type: "string" };
    const { schema } = mergeRoot({
      properties: { p },
      anyOf: [{ $ref: "#" }, ...list("a")],
      $defs,
    });
    expect(schema.properties).toEqual({ p });
  });

  test("that is no object becomes one", () => {
    expect(mergeRoot({ type: ["object", "null"] }).schema).toEqual({
      type: "object",
      properties: {},
    });
  });
});
