import { expect, test } from "bun:test";
import { defined } from "../../../src/json/defined.ts";

test("defined drops undefined members only", () => {
  const seed: number | undefined = undefined;
  const fields = defined({ model: "m", seed, stop: null, stream: false, user: "" });
  expect(Object.entries(fields)).toEqual([
    ["model", "m"],
    ["stop", null],
    ["stream", false],
    ["user", ""],
  ]);
  const model: string = fields.model;
  const optional: { seed?: number } = fields;
  expect([model, optional.seed]).toEqual(["m", undefined]);
});
