import { beforeEach, describe, expect, test } from "bun:test";
import type { Attempt, AttemptReason } from "../../../src/chat/attempt.ts";
import type { ErrorCode } from "../../../src/errors/error-codes.ts";
import { type Breaker, createBreaker } from "../../../src/routing/breaker.ts";
import { breakerMetric } from "../../../src/routing/breaker-metric.ts";
import type { Target } from "../../../src/routing/select-target.ts";
import type { CallRecord } from "../../../src/telemetry/call-record.ts";
import { callRecord } from "../../support/call-records.ts";
import { createStubProvider } from "../../support/stub-provider.ts";

function createTarget(id: string): Target {
  return { provider: createStubProvider({ name: "p" }), model: { id } };
}
const a = createTarget("a");
const b = createTarget("b");

let now = 0;
let reports: string[] = [];
let breaker: Breaker;

function create(failures = 3): Breaker {
  return createBreaker(
    { failures, cooldownMs: 1000 },
    () => now,
    (state, provider, model) => reports.push(`${state} ${provider}/${model}`),
  );
}

beforeEach(() => {
  now = 1_000_000;
  reports = [];
  breaker = create();
});

/** The record of a call with these attempts; the last one may have begun to answer. */
function record(
  outcome: CallRecord["outcome"],
  ...attempts: [id: string, outcome: Attempt["outcome"], reason?: AttemptReason][]
) {
  breaker.record(
    callRecord({
      outcome,
      attempts: attempts.map(([model, outcome, reason]) => ({
        provider: "p",
        model,
        outcome,
        ...(reason ? { reason } : {}),
        duration_ms: 1,
        cost: null,
      })),
    }),
  );
}

const order = () => breaker.order([a, b]).map(({ model }) => model.id);

describe("a target that keeps failing", () => {
  test("comes last after so many failures in a row, and is told once", () => {
    for (let times = 0; times < 2; times++) record("ok", ["a", "upstream_error"], ["b", "ok"]);
    expect(order()).toEqual(["a", "b"]);
    for (let times = 0; times < 3; times++) record("ok", ["a", "upstream_error"], ["b", "ok"]);
    expect(order()).toEqual(["b", "a"]);
    expect(reports).toEqual(["open p/a"]);
    expect(breaker.states()).toEqual([{ provider: "p", model: "a", openedAt: 1_000_000 }]);
    expect(breakerMetric(breaker).read()).toEqual([
      { labels: { provider: "p", model: "a" }, value: 1 },
    ]);
  });

  test("retries count, and a success in between starts anew", () => {
    record("ok", ["a", "upstream_error"], ["a", "upstream_error"], ["a", "ok"]);
    record("ok", ["a", "upstream_error"], ["a", "upstream_error"], ["a", "ok"]);
    expect(order()).toEqual(["a", "b"]);
  });

  test("a stream that breaks after its beginning is a failure; one that ends is none", () => {
    for (let times = 0; times < 3; times++) record("upstream_stalled", ["a", "ok"]);
    expect(order()).toEqual(["b", "a"]);
  });

  test("is probed by one call after each cooldown, and closed by a success", () => {
    for (let times = 0; times < 3; times++) record("upstream_error", ["a", "upstream_error"]);
    now += 999;
    expect(order()).toEqual(["b", "a"]);
    now += 1;
    expect(order()).toEqual(["a", "b"]);
    expect(order()).toEqual(["b", "a"]);
    record("upstream_error", ["a", "upstream_error"]);
    now += 999;
    expect(order()).toEqual(["b", "a"]);
    now += 1;
    expect(order()).toEqual(["a", "b"]);
    record("ok", ["a", "ok"]);
    expect(order()).toEqual(["a", "b"]);
    expect(reports).toEqual(["open p/a", "closed p/a"]);
    expect(breaker.states()).toEqual([]);
  });

  test("keeps its place where all are open", () => {
    for (let times = 0; times < 3; times++)
      record("upstream_error", ["a", "upstream_error"], ["b", "upstream_error"]);
    expect(order()).toEqual(["a", "b"]);
  });
});

describe("what says nothing about a target", () => {
  test.each<ErrorCode>([
    "upstream_rejected",
    "context_length_exceeded",
    "request_too_large",
    "model_not_found",
    "upstream_rate_limited",
    "unsupported_parameter",
    "cancelled",
    "client_stalled",
    "deadline_exceeded",
    "shutting_down",
    "internal_error",
  ])("%s does not count", (code) => {
    for (let times = 0; times < 9; times++) {
      record(code, ["a", code]);
      record(code, ["a", "ok"]);
    }
    expect(order()).toEqual(["a", "b"]);
  });

  test("a target that was passed over, or whose answer was empty, is left as it was", () => {
    for (let times = 0; times < 9; times++) record("ok", ["a", "skipped"]);
    for (let times = 0; times < 2; times++) record("ok", ["a", "upstream_error"]);
    record("ok", ["a", "upstream_invalid_response", "empty_answer"]);
    expect(order()).toEqual(["a", "b"]);
  });

  test("0 turns it off", () => {
    breaker = create(0);
    for (let times = 0; times < 99; times++) record("upstream_error", ["a", "upstream_error"]);
    expect(order()).toEqual(["a", "b"]);
  });
});

test("the names that callers make up do not fill the memory", () => {
  breaker = create(1);
  for (let index = 0; index < 5000; index++)
    record("upstream_error", [`m${index}`, "upstream_error"]);
  expect(breaker.states()).toHaveLength(1000);
  expect(breaker.states()[0]?.model).toBe("m4000");
});
