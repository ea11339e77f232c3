import { beforeEach, describe, expect, test } from "bun:test";
import type { CallServices } from "../../../src/calls/admission.ts";
import { type Call, openCall } from "../../../src/calls/call.ts";
import { measureRecord } from "../../../src/calls/meter.ts";
import { createCatalog } from "../../../src/catalog/index.ts";
import type { Attempt } from "../../../src/chat/attempt.ts";
import type { ChatRequest } from "../../../src/chat/request.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import type { Target } from "../../../src/routing/select-target.ts";
import { createTimerWheel } from "../../../src/runtimes/timer-wheel.ts";
import { type CallRecord, type Recorder, totalCost } from "../../../src/telemetry/call-record.ts";
import { createLimitServices } from "../../support/limit-services.ts";
import { createPrincipal } from "../../support/principal.ts";
import { createStubProvider } from "../../support/stub-provider.ts";
import { until } from "../../support/until.ts";

const usage = { input_tokens: 1_000_000, output_tokens: 0, total_tokens: 1_000_000 };

function createTarget(name: string, input: number): Target {
  const provider = createStubProvider({ name, format: "anthropic" });
  return { provider, model: { id: `${name}-model`, price: { input, output: 1 } } };
}

const first = createTarget("first", 2);
const second = createTarget("second", 3);

let now = 0;
let records: CallRecord[] = [];
let logged: string[] = [];
let background: Promise<unknown>[] = [];

beforeEach(() => {
  now = 1000;
  records = [];
  logged = [];
  background = [];
});

function open(overrides: Partial<CallServices> = {}, request: Partial<ChatRequest> = {}) {
  const services: CallServices = {
    platform: { now: () => now, random: () => 0, every: createTimerWheel() },
    ...createLimitServices(() => now),
    catalog: createCatalog(),
    log: (_level, event, fields) => logged.push(`${event} ${fields?.reason}`),
    retry: { maxRetries: 0, firstContentMs: 1000 },
    recorders: [(record) => void records.push(record)],
    running: new Set(),
    ...overrides,
  };
  const call = openCall(
    {
      kind: "generate",
      context: { requestId: "r", startedAt: now, waitUntil: (work) => background.push(work) },
      dialect: { name: "chat" },
      principal: createPrincipal(),
      request: { messages: [{ role: "user", content: "a secret prompt" }], ...request },
      targets: [first, second],
      skipped: [],
      deadlineMs: request.deadline_ms,
      hedgeAfterMs: undefined,
    },
    services,
  );
  return { call, services };
}

async function isSettled(work: Promise<unknown> | undefined): Promise<boolean> {
  return Promise.race([work?.then(() => true), Promise.resolve(false)]).then(
    (done) => done === true,
  );
}

describe("the record of a call", () => {
  test("is built once, however often the call is ended", () => {
    const { call, services } = open();
    expect(services.running.size).toBe(1);
    call.end(null);
    call.end(new ChatError("cancelled"));
    call.fail(new Error("late"));
    expect(records.map(({ outcome }) => outcome)).toEqual(["ok"]);
    expect(services.running.size).toBe(0);
    expect(call.signal.aborted).toBe(false);
  });

  test("holds nothing of the conversation", () => {
    const { call } = open();
    call.observe([{ type: "part-delta", index: 0, delta: "a secret answer" }]);
    call.end(null);
    expect(JSON.stringify(records)).not.toContain("secret");
  });

  test("names the target that answered, at its own price", () => {
    const { call } = open();
    call.attempts.push({
      provider: "first",
      model: "x",
      outcome: "upstream_error",
      duration_ms: 1,
      cost: null,
    });
    call.target = second;
    call.observe([{ type: "end", finish_reason: "stop", raw_finish_reason: null, usage }]);
    now = 1500;
    call.end(null);
    expect(records).toMatchObject([
      {
        provider: "second",
        model: "second-model",
        cost: { total: 3 },
        outcome: "ok",
        startedAt: 1000,
        endedAt: 1500,
      },
    ]);
  });

  test("names the last target that was tried if none answered", () => {
    const { call } = open();
    const failed = { outcome: "upstream_error", duration_ms: 1, cost: null } as const;
    call.attempts.push({ provider: "first", model: "a", ...failed });
    call.attempts.push({ provider: "second", model: "b", ...failed });
    expect(call.fail(new ChatError("upstream_error")).code).toBe("upstream_error");
    expect(records).toMatchObject([{ provider: "second", model: "b", outcome: "upstream_error" }]);
  });

  test("does not change when an attempt that was given up notes its failure", () => {
    const { call } = open();
    const kept = { provider: "first", model: "a", duration_ms: 1, cost: null } as const;
    const cut: Attempt = { ...kept, outcome: "cancelled" };
    call.attempts.push(cut);
    call.end(new ChatError("deadline_exceeded"));
    cut.outcome = "deadline_exceeded";
    expect(records[0]?.attempts).toMatchObject([{ provider: "first", outcome: "cancelled" }]);
  });

  test("tells how a stream ended whose error was one of its events", () => {
    const { call } = open({}, { stream: true });
    const error = new ChatError("upstream_incomplete", { logReason: "line_too_long" });
    call.observe([{ type: "error", error }]);
    call.end(null);
    expect(records).toMatchObject([
      { outcome: "upstream_incomplete", reason: "line_too_long", stream: true },
    ]);
  });
});

describe("recorders", () => {
  test("all get the record, even if one throws and another rejects", async () => {
    const failing: Recorder[] = [
      () => {
        throw new TypeError("with a secret");
      },
      () => Promise.reject(new RangeError("with a secret")),
      (record) => void records.push(record),
    ];
    const { call } = open({ recorders: failing });
    call.end(null);
    await Promise.all(background);
    expect(records).toHaveLength(1);
    expect(logged).toEqual(["recorder TypeError", "recorder RangeError"]);
  });

  test("keep the runtime alive until they are done", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { call } = open({ recorders: [() => promise] });
    expect(background).toHaveLength(1);
    call.end(null);
    expect(await isSettled(background[0])).toBe(false);
    resolve();
    await background[0];
  });
});

describe("what a dialect may say of the answer", () => {
  test("follows the target, which is set late", () => {
    const { answer, ...call } = openedLate();
    expect(answer.target).toEqual({ provider: "first", model: "first-model" });
    call.choose(second);
    expect(answer.target).toEqual({ provider: "second", model: "second-model" });
    expect(answer.cost(usage)?.total).toBe(3);
  });

  function openedLate() {
    const { call } = open();
    return {
      answer: call.answer,
      choose(target: Target) {
        call.target = target;
      },
    };
  }
});

describe("a caller who leaves", () => {
  const outcomeOf = (call: Call, caller: AbortSignal) =>
    call.whileConnected(
      caller,
      new Promise((_, reject) => {
        if (call.signal.aborted) reject(call.signal.reason);
        call.signal.addEventListener("abort", () => reject(call.signal.reason));
      }),
    );

  test("while the call waits aborts it", async () => {
    const { call } = open();
    const caller = new AbortController();
    const outcome = outcomeOf(call, caller.signal);
    caller.abort();
    expect(await outcome.catch((thrown) => call.fail(thrown).code)).toBe("cancelled");
    expect(records).toMatchObject([{ outcome: "cancelled" }]);
  });

  test("before the call waits aborts it too", async () => {
    const { call } = open();
    const outcome = outcomeOf(call, AbortSignal.abort());
    expect(await outcome.catch((thrown) => call.fail(thrown).code)).toBe("cancelled");
  });

  test("after the work is done changes nothing", async () => {
    const { call } = open();
    const caller = new AbortController();
    expect(await call.whileConnected(caller.signal, Promise.resolve(1))).toBe(1);
    caller.abort();
    expect(call.signal.aborted).toBe(false);
  });
});

describe("a deadline", () => {
  test("ends the call with its own error, counted from the call's beginning", async () => {
    now = 1000;
    const { call } = open({}, { deadline_ms: 100 });
    expect(call.deadlineAt).toBe(1100);
    await until("the deadline passes", () => call.signal.aborted);
    expect(call.signal.reason).toMatchObject({ code: "deadline_exceeded", status: 504 });
  });

  test("is over with the call", async () => {
    const { call } = open({}, { deadline_ms: 100 });
    call.end(null);
    await Bun.sleep(150);
    expect(call.signal.aborted).toBe(false);
  });
});

describe("the attempt that answers", () => {
  test("has its cost when the answer ends, before that is encoded", () => {
    const { call } = open();
    call.attempts.push({
      provider: "second",
      model: "second-model",
      outcome: "ok",
      duration_ms: 1,
      cost: null,
    });
    call.target = second;
    call.served = call.attempts[0] ?? null;
    call.observe([{ type: "usage", usage }]);
    expect(call.attempts[0]?.cost).toBeNull();
    call.observe([{ type: "end", finish_reason: "stop", raw_finish_reason: null, usage: null }]);
    expect(call.attempts[0]?.cost?.total).toBe(3);
  });

  test("has the cost of what was counted before it was cut", () => {
    const { call } = open();
    call.attempts.push({
      provider: "second",
      model: "second-model",
      outcome: "ok",
      duration_ms: 1,
      cost: null,
    });
    call.target = second;
    call.served = call.attempts[0] ?? null;
    call.observe([{ type: "usage", usage }]);
    call.end(new ChatError("cancelled"));
    expect(records[0]?.attempts[0]?.cost?.total).toBe(3);
  });
});

describe("what a call has consumed", () => {
  function measured(call: Call) {
    const [record] = records;
    const isAnswered = call.target !== null;
    return record && measureRecord(record, { lost: call.lost, isAnswered });
  }

  test("is the prompt, if it was stopped while the vendor worked on it", () => {
    const { call } = open({}, { messages: [{ role: "user", content: "x".repeat(4_000_000) }] });
    const attempt: Attempt = {
      provider: "first",
      model: "first-model",
      outcome: "cancelled",
      duration_ms: 0,
      cost: null,
    };
    call.attempts.push(attempt);
    call.pending = { attempt, target: first, startedAt: now, traceparent: undefined, seen: [] };
    call.end(new ChatError("cancelled"));
    expect(records).toMatchObject([
      {
        usage: { input_tokens: 1_000_000, output_tokens: 0 },
        usageSource: "estimated",
        cost: null,
      },
    ]);
    expect(records[0]?.attempts[0]?.cost?.total).toBe(2);
    expect(measured(call)).toEqual({ tokens: 1_000_000, microUsd: 2_000_000 });
  });

  test("is nothing, if the vendor refused it", () => {
    const { call } = open();
    call.attempts.push({
      provider: "first",
      model: "first-model",
      outcome: "upstream_rate_limited",
      duration_ms: 1,
      cost: null,
    });
    call.end(new ChatError("upstream_rate_limited"));
    expect(measured(call)).toEqual({ tokens: 0, microUsd: 0 });
    expect(records).toMatchObject([{ usage: null, usageSource: "none" }]);
  });

  test("includes what failed attempts and losers of a race cost", () => {
    const { call } = open();
    const cost = { currency: "USD", input: 0.5, output: 0.25, total: 0.75 } as const;
    const failed = { provider: "first", model: "first-model", duration_ms: 1, cost };
    call.attempts.push({ ...failed, outcome: "upstream_incomplete" });
    call.attempts.push({ ...failed, outcome: "cancelled" });
    call.attempts.push({ ...failed, outcome: "ok", provider: "second", model: "second-model" });
    call.target = second;
    call.served = call.attempts[2] ?? null;
    call.observe([{ type: "end", finish_reason: "stop", raw_finish_reason: null, usage }]);
    call.end(null);
    expect(records.map(totalCost)).toMatchObject([{ input: 4, output: 0.5, total: 4.5 }]);
    expect(measured(call)).toEqual({ tokens: 1_000_000, microUsd: 4_500_000 });
  });
});
