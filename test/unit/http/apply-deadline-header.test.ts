import { describe, expect, test } from "bun:test";
import type { ChatRequest } from "../../../src/chat/request.ts";
import { applyDeadlineHeader } from "../../../src/http/apply-deadline-header.ts";
import { thrownBy } from "../../support/thrown-by.ts";

const request: ChatRequest = { messages: [{ role: "user", content: "Hi" }] };

function apply(text: string, deadline_ms?: number): number | undefined {
  const asked = deadline_ms === undefined ? request : { ...request, deadline_ms };
  return applyDeadlineHeader(asked, new Headers({ "x-request-timeout-ms": text })).deadline_ms;
}

describe("x-request-timeout-ms", () => {
  test("sets the deadline, unless the request's own is shorter", () => {
    expect(apply("1500")).toBe(1500);
    expect(apply("1500", 900)).toBe(900);
    expect(apply("1500", 2000)).toBe(1500);
    expect(applyDeadlineHeader(request, new Headers())).toBe(request);
  });

  test.each(["99", "1800001", "1.5", "-5", "soon", "", "1e3"])("%p is refused", (text) => {
    expect(thrownBy(() => apply(text))).toMatchObject({
      status: 400,
      param: "x-request-timeout-ms",
    });
  });
});
