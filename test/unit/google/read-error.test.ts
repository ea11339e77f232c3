import { describe, expect, test } from "bun:test";
import { readErrorBody } from "../../../src/google/read-error.ts";
import { createUpstreamError } from "../../../src/upstream/upstream-error.ts";

const RPC = "type.googleapis.com/google.rpc.";

function read(code: number, status: string, details: object[] = [], message = "Some text.") {
  return createUpstreamError(code, readErrorBody({ error: { code, message, status, details } }));
}

const reason = (name: string) => ({
  "@type": `${RPC}ErrorInfo`,
  reason: name,
  domain: "googleapis.com",
});
const retry = (retryDelay: string) => ({ "@type": `${RPC}RetryInfo`, retryDelay });
const quota = (quotaId: string) => ({
  "@type": `${RPC}QuotaFailure`,
  violations: [{ quotaMetric: "m", quotaId, quotaValue: "20" }],
});

describe("status and details → code", () => {
  const CASES: [expected: string, error: ReturnType<typeof read>][] = [
    ["upstream_rejected", read(400, "INVALID_ARGUMENT")],
    ["upstream_auth", read(400, "INVALID_ARGUMENT", [reason("API_KEY_INVALID")])],
    ["upstream_auth", read(401, "UNAUTHENTICATED")],
    ["upstream_auth", read(403, "PERMISSION_DENIED", [reason("SERVICE_DISABLED")])],
    ["upstream_billing", read(403, "PERMISSION_DENIED", [reason("BILLING_DISABLED")])],
    ["model_not_found", read(404, "NOT_FOUND")],
    [
      "upstream_rate_limited",
      read(429, "RESOURCE_EXHAUSTED", [
        quota("GenerateRequestsPerMinutePerProjectPerModel"),
        retry("34.4s"),
      ]),
    ],
    [
      "upstream_quota_exhausted",
      read(429, "RESOURCE_EXHAUSTED", [quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier")]),
    ],
    ["upstream_error", read(499, "CANCELLED")],
    ["upstream_error", read(500, "INTERNAL")],
    ["upstream_overloaded", read(503, "UNAVAILABLE")],
    ["upstream_timeout", read(504, "DEADLINE_EXCEEDED")],
  ];
  for (const [expected, error] of CASES) {
    test(`${error.upstreamStatus} ${error.upstreamCode}: ${expected}`, () => {
      expect<string>(error.code).toBe(expected);
    });
  }
});

test("the wait that Google asks for, in whole seconds", () => {
  expect(read(429, "RESOURCE_EXHAUSTED", [retry("34.4s")]).retryAfterSeconds).toBe(35);
  expect(read(429, "RESOURCE_EXHAUSTED", [retry("0s")]).retryAfterSeconds).toBe(0);
  expect(read(429, "RESOURCE_EXHAUSTED", [retry("99999s")]).retryAfterSeconds).toBe(3600);
  for (const nonsense of ["soon", "-1s", "1m", ""])
    expect(read(429, "RESOURCE_EXHAUSTED", [retry(nonsense)]).retryAfterSeconds).toBeUndefined();
});

test("Google's text is passed on only if it is about the request", () => {
  expect(read(400, "INVALID_ARGUMENT", [], "contents is required").message).toBe(
    "contents is required",
  );
  expect(read(403, "PERMISSION_DENIED", [], "project canary").message).not.toContain("canary");
  expect(
    read(400, "INVALID_ARGUMENT", [reason("API_KEY_INVALID")], "key canary").message,
  ).not.toContain("canary");
});

test("an error in a list, as without SSE", () => {
  expect(readErrorBody([{ error: { code: 503, status: "UNAVAILABLE" } }])).toMatchObject({
    code: "upstream_overloaded",
  });
});

test("anything but a Google error has no details", () => {
  for (const body of [
    undefined,
    null,
    [],
    {},
    "x",
    { error: "invalid" },
    { error: { details: [5], status: 7 } },
  ]) {
    const { code, upstreamCode, message } = readErrorBody(body);
    expect([code, upstreamCode, message]).toEqual([undefined, undefined, undefined]);
  }
});
