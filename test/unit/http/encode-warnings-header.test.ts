import { expect, test } from "bun:test";
import type { Warning } from "../../../src/chat/event.ts";
import { encodeWarningsHeader } from "../../../src/http/encode-warnings-header.ts";

function warning(param: string): Warning {
  return { code: "unsupported_parameter", param, message: "not told in a header" };
}

test("codes and params, in their order", () => {
  const adjusted: Warning = {
    code: "adjusted_parameter",
    param: "messages[0].content[1]",
    message: "",
  };
  expect(encodeWarningsHeader([warning("seed"), adjusted])).toBe(
    'unsupported_parameter;param="seed", adjusted_parameter;param="messages[0].content[1]"',
  );
});

test("what a header cannot hold is not in it", () => {
  const value = encodeWarningsHeader([
    warning('tools["ä\r\nset-cookie: x"]\\'),
    warning("a\u0000b\u{1f600}"),
  ]);
  expect(value).toBe(
    'unsupported_parameter;param="tools[\\"???set-cookie: x\\"]\\\\", unsupported_parameter;param="a?b??"',
  );
  expect(new Headers({ "x-warnings": value }).get("x-warnings")).toBe(value);
});

test("it stays small, and says how much is left out", () => {
  const value = encodeWarningsHeader(Array.from({ length: 500 }, () => warning("x".repeat(1000))));
  expect(value.length).toBeLessThan(4096);
  expect(value).toEndWith(", more;count=484");
});
