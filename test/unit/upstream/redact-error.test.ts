import { describe, expect, test } from "bun:test";
import { ChatError } from "../../../src/errors/chat-error.ts";
import { redactError } from "../../../src/upstream/redact-error.ts";
import { createUpstreamError } from "../../../src/upstream/upstream-error.ts";

const SECRET = "own/key+of+the+operator";
const CALL = {
  url: "http://vendor.internal:8443/v1/messages",
  headers: {
    authorization: `Bearer ${SECRET}`,
    "x-team": "another-secret-value",
    "content-type": "application/json",
  },
};

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}

describe("a vendor that repeats the credentials of a call", () => {
  for (const [form, text] of [
    ["whole", SECRET],
    ["its beginning", `${SECRET.slice(0, 14)}***`],
    ["in a URL", encodeURIComponent(SECRET)],
    ["as base64", btoa(SECRET)],
    ["as base64 for URLs", btoa(SECRET).replaceAll("+", "-").replaceAll("/", "_")],
    ["in hexadecimal", hex(SECRET)],
    ["in capital hexadecimal", hex(SECRET).toUpperCase()],
    ["in capitals", SECRET.toUpperCase()],
    ["its end", SECRET.slice(-12)],
    ["any twelve characters of it", SECRET.slice(5, 17)],
    ["another header's", "another-secret-value"],
  ] as const) {
    test(form, () => {
      const error = new ChatError("upstream_rejected", {
        message: `No ${text} here, nor ${text}.`,
        upstreamStatus: 400,
      });
      const { message, code, upstreamStatus } = redactError(error, CALL);
      expect({ message, code, upstreamStatus }).toEqual({
        message: "No [removed] here, nor [removed]",
        code: "upstream_rejected",
        upstreamStatus: 400,
      });
    });
  }

  test.each(["u", "us", "user:"])("as base64 behind %p", (before) => {
    const message = `No ${btoa(before + SECRET)} here`;
    const redacted = redactError(new ChatError("upstream_rejected", { message }), CALL).message;
    const [word = "", ...others] = redacted.slice(3).split("[removed]");
    expect(others).toEqual([" here"]);
    expect(word.length).toBeLessThan(Math.ceil((before.length * 4) / 3) + 2);
  });

  test("with fewer than twelve characters of it tells nothing", () => {
    const error = new ChatError("upstream_rejected", { message: SECRET.slice(0, 11) });
    expect(redactError(error, CALL)).toBe(error);
  });

  test("in any text is redacted", () => {
    const error = new ChatError("upstream_rejected", {
      param: SECRET,
      upstreamCode: SECRET,
      upstreamRequestId: SECRET,
    });
    const { param, upstreamCode, upstreamRequestId } = redactError(error, CALL);
    expect([param, upstreamCode, upstreamRequestId]).toEqual([
      "[removed]",
      "[removed]",
      "[removed]",
    ]);
  });

  test("other errors stay as they are", () => {
    const error = new ChatError("upstream_rejected", { message: "Send it as application/json." });
    expect(redactError(error, CALL)).toBe(error);
  });
});

describe("a vendor that tells its address", () => {
  for (const [text, url, expected] of [
    ["at http://vendor.internal:8443/v1 now", CALL.url, "at [removed] now"],
    ["at vendor.internal:8443 now", CALL.url, "at [removed] now"],
    ["at Vendor.Internal, now", CALL.url, "at [removed] now"],
    ["at my.vendor.internal.example now", CALL.url, "at my.vendor.internal.example now"],
    ["see https://docs.example/x", CALL.url, "see https://docs.example/x"],
    ["at 10.0.0.7:80 now", "http://10.0.0.7/v1", "at [removed] now"],
    ["vllm failed at http://vllm:8000/v1", "http://vllm:8000/v1", "vllm failed at [removed]"],
    ["vllm failed at vllm:8000", "http://vllm:8000/v1", "vllm failed at [removed]"],
    ["at [::1]:8000", "http://[::1]:8000/v1", "at [removed]"],
  ] as const) {
    test(text, () => {
      const error = new ChatError("upstream_rejected", { message: text });
      expect(redactError(error, { ...CALL, url }).message).toBe(expected);
    });
  }
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
