import { expect, test } from "bun:test";
import { encodeErrorBody } from "../../../src/dialects/chat/encode-error.ts";
import { encodeRetryHeaders } from "../../../src/dialects/retry-headers.ts";
import { ChatError, type ChatErrorDetail } from "../../../src/errors/chat-error.ts";

function told(detail: ChatErrorDetail, retried = false): Record<string, string> {
  const error = new ChatError("upstream_rate_limited", detail);
  error.retried = retried;
  return encodeRetryHeaders(error);
}

test.each<[string, ChatErrorDetail, boolean, Record<string, string>]>([
  ["may be retried", {}, false, { "x-should-retry": "true" }],
  ["cannot succeed", { retryable: false }, false, { "x-should-retry": "false" }],
  ["was retried here", {}, true, { "x-should-retry": "false" }],
  ["a wait", { retryAfterSeconds: 60 }, false, { "x-should-retry": "true", "retry-after": "60" }],
  [
    "a long wait",
    { retryAfterSeconds: 61 },
    false,
    { "x-should-retry": "false", "retry-after": "61" },
  ],
  ["no wait", { retryAfterSeconds: 0 }, false, { "x-should-retry": "true" }],
  // Elixir's Req raises on a fraction.
  [
    "half a second",
    { retryAfterSeconds: 0.5 },
    false,
    { "x-should-retry": "true", "retry-after": "1" },
  ],
])("what clients are told of a failure: %s", (_name, detail, retried, headers) => {
  expect(told(detail, retried)).toEqual(headers);
});

test("no wait is not told in the body of /chat, whose clients would hammer", () => {
  const at = (retryAfterSeconds: number) =>
    encodeErrorBody(new ChatError("upstream_rate_limited", { retryAfterSeconds }), "req_1");
  expect(at(0)).not.toHaveProperty("retry_after");
  expect(at(2)).toHaveProperty("retry_after", 2);
});
