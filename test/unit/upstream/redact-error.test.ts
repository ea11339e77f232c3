import { describe, expect, test } from "bun:test";
import { ChatError } from "../../../src/errors/chat-error.ts";
import { redactError } from "../../../src/upstream/redact-error.ts";
import { createUpstreamError } from "../../../src/upstream/upstream-error.ts";

const SECRET = "own/key+of+the+operator";
const HEADERS = {
  authorization: `Bearer ${SECRET}`,
  "x-team": "another-secret-value",
  "content-type": "application/json",
};

describe("a vendor that repeats the credentials of a call", () => {
  for (const [form, text] of [
    ["whole", SECRET],
    ["its beginning", `${SECRET.slice(0, 14)}***`],
    ["in a URL", encodeURIComponent(SECRET)],
    ["as base64", btoa(SECRET)],
    ["another header's", "another-secret-value"],
  ] as const) {
    test(form, () => {
      const error = new ChatError("upstream_rejected", {
        message: `No ${text} here, nor ${text}.`,
        upstreamStatus: 400,
      });
      const { message, code, upstreamStatus } = redactError(error, HEADERS);
      expect({ message, code, upstreamStatus }).toEqual({
        message: "No [removed] here, nor [removed]",
        code: "upstream_rejected",
        upstreamStatus: 400,
      });
    });
  }

  test("in any text is redacted", () => {
    const error = new ChatError("upstream_rejected", {
      param: SECRET,
      upstreamCode: SECRET,
      upstreamRequestId: SECRET,
    });
    const { param, upstreamCode, upstreamRequestId } = redactError(error, HEADERS);
    expect([param, upstreamCode, upstreamRequestId]).toEqual([
      "[removed]",
      "[removed]",
      "[removed]",
    ]);
  });

  test("other errors stay as they are", () => {
    const error = new ChatError("upstream_rejected", { message: "Send it as application/json." });
    expect(redactError(error, HEADERS)).toBe(error);
  });
});

test("a text instead of a code or id is left out, and a key in a parameter is redacted", () => {
  const { upstreamCode, upstreamRequestId, param } = createUpstreamError(
    400,
    {
      upstreamCode: "key sk-ant-api03-abcdef",
      message: "no",
      param: "messages sk-ant-api03-abcdef",
    },
    { requestId: "a b" },
  );
  expect({ upstreamCode, upstreamRequestId, param }).toEqual({
    upstreamCode: undefined,
    upstreamRequestId: undefined,
    param: "messages [removed]",
  });
});
