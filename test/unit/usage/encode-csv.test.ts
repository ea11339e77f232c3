import { expect, test } from "bun:test";
import { encodeCsv } from "../../../src/usage/encode-csv.ts";

test("a table keeps what is in its cells", () => {
  expect(
    encodeCsv(
      ["a", "b"],
      [
        ['say "hi", twice\nplease', null],
        [1e-9, 12.5],
        [0, 123456789],
      ],
    ),
  ).toBe('a,b\r\n"say ""hi"", twice\nplease",\r\n0.000000001,12.5\r\n0,123456789\r\n');
});

test.each(["=1+1", "+1", "-1", "@sum", "\t=1"])("a cell with %p is no formula", (text) => {
  expect(encodeCsv(["a"], [[text]])).toBe(`a\r\n'${text}\r\n`);
});
