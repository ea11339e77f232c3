import { describe, expect, test } from "bun:test";
import { sampleSchema } from "../../../../src/providers/echo/sample-schema.ts";

const MAX_JSON = 1_000_000;

function lengthOf(schema: unknown, text: string): number {
  return JSON.stringify(sampleSchema(schema, text)).length;
}

describe("a sample of a schema", () => {
  test("stays small if definitions refer to themselves many times", () => {
    const properties = Object.fromEntries(
      Array.from({ length: 50 }, (_, at) => [`p${at}`, { $ref: "#/$defs/a" }]),
    );
    expect(
      lengthOf({ $ref: "#/$defs/a", $defs: { a: { type: "object", properties } } }, "x"),
    ).toBeLessThan(MAX_JSON);
  });

  test("stays small if a long text or value is needed many times", () => {
    const long = "x".repeat(90_000);
    for (const item of [{ type: "string" }, { const: long }, { enum: [long] }]) {
      const properties = Object.fromEntries(
        Array.from({ length: 1000 }, (_, at) => [`p${at}`, { $ref: "#/$defs/item" }]),
      );
      expect(lengthOf({ type: "object", properties, $defs: { item } }, long)).toBeLessThan(
        MAX_JSON,
      );
    }
  });

  test("keeps one text whole, however long it is", () => {
    const text = "x".repeat(200_000);
    expect(
      sampleSchema({ type: "object", properties: { text: { type: "string" } } }, text),
    ).toEqual({ text });
  });
});
