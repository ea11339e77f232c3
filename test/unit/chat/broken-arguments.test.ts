import { describe, expect, test } from "bun:test";
import {
  ArgumentsCheck,
  fromArgumentsObject,
  isBroken,
  toArgumentsObject,
} from "../../../src/chat/broken-arguments.ts";
import type { ChatEvent, Warning } from "../../../src/chat/event.ts";
import { parseArguments } from "../../../src/chat/fold-events.ts";
import type { ToolCallPart } from "../../../src/chat/part.ts";

const call = (text: string): ToolCallPart => ({
  type: "tool_call",
  id: "c",
  name: "f",
  ...parseArguments(text),
});

describe("arguments", () => {
  test.each(['{"city":"Par', "[1]", "12", "null", '"x"', "<a>"])("%s are broken", (text) => {
    expect(isBroken(call(text))).toBe(true);
    const object = toArgumentsObject(call(text));
    expect(object).toEqual({ invalid_json_arguments: text });
    expect(fromArgumentsObject(object)).toEqual({ arguments: {}, arguments_text: text });
  });

  test.each(["", "{}", "{ }", '{"a": 1}'])("%p are not", (text) => {
    expect(isBroken(call(text))).toBe(false);
    expect(toArgumentsObject(call(text))).toEqual(call(text).arguments);
  });

  test("that only look like broken ones are left as they are", () => {
    for (const given of [
      { invalid_json_arguments: "{}" },
      { invalid_json_arguments: 1 },
      { invalid_json_arguments: "x", a: 1 },
    ])
      expect(fromArgumentsObject(given)).toEqual({ arguments: given });
  });
});

test("each call with broken arguments is told in a warning, however it arrives", () => {
  const warnings: Warning[] = [];
  const check = new ArgumentsCheck({ warn: (warning) => warnings.push(warning) });
  const events = (index: number, ...pieces: string[]): ChatEvent[] => [
    { type: "part-start", index, kind: "tool_call", id: `c${index}`, name: `f${index}` },
    ...pieces.map((delta): ChatEvent => ({ type: "part-delta", index, delta })),
    { type: "part-end", index },
  ];
  check.observe([{ type: "start", id: "1", model: "m" }, ...events(0, '{"a"', ":1}")]);
  for (const event of events(1, '{"a"', ":")) check.observe([event]);
  check.observe(events(2));
  expect(warnings).toMatchObject([{ code: "tool_arguments_invalid", param: "tool_calls[1]" }]);
  expect(warnings[0]?.message).toContain('"f1"');
});
