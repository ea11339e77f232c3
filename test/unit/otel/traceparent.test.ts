import { describe, expect, test } from "bun:test";
import { readTraceparent, writeTraceparent } from "../../../src/otel/traceparent.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

describe("traceparent", () => {
  test.each([
    [`00-${TRACE}-${SPAN}-01`, true],
    [`00-${TRACE}-${SPAN}-00`, false],
    // Flags besides the first bit are for later (section 3.2.2.5).
    [`00-${TRACE}-${SPAN}-03`, true],
    // A later version may have more fields.
    [`cc-${TRACE}-${SPAN}-01-what-the-future-brings`, true],
  ])("%s is read", (header, isSampled) => {
    expect(readTraceparent(header)).toEqual({ traceId: TRACE, spanId: SPAN, isSampled });
  });

  test.each([
    null,
    "",
    "nonsense",
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `cc-${TRACE}-${SPAN}-01.more`,
  ])("%p is not", (header) => {
    expect(readTraceparent(header)).toBeNull();
  });

  test("is written as it is read", () => {
    for (const isSampled of [true, false]) {
      const span = { traceId: TRACE, spanId: SPAN, isSampled };
      expect(readTraceparent(writeTraceparent(span))).toEqual(span);
    }
  });
});
