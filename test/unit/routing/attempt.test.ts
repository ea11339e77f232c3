import { beforeEach, describe, expect, test } from "bun:test";
import type { Attempt } from "../../../src/chat/attempt.ts";
import type { ChatEvent, EventBatch, Warning } from "../../../src/chat/event.ts";
import { ChatError, type ChatErrorDetail } from "../../../src/errors/chat-error.ts";
import type { ErrorCode } from "../../../src/errors/error-codes.ts";
import type { AnswerCall, Provider } from "../../../src/providers/provider.ts";
import type { AttemptCall } from "../../../src/routing/attempt.ts";
import { attemptTargets } from "../../../src/routing/attempt-targets.ts";
import type { Target } from "../../../src/routing/select-target.ts";
import { createWarningSink } from "../../../src/routing/warning-sink.ts";
import { sleep } from "../../../src/upstream/sleep.ts";
import { createStubProvider, playEvents } from "../../support/stub-provider.ts";

const start: ChatEvent = { type: "start", id: "a", model: "m" };
const partStart: ChatEvent = { type: "part-start", index: 0, kind: "text" };
const delta: ChatEvent = { type: "part-delta", index: 0, delta: "Hi" };
const partEnd: ChatEvent = { type: "part-end", index: 0 };
const end: ChatEvent = { type: "end", finish_reason: "stop", raw_finish_reason: null, usage: null };
const ANSWER: EventBatch[] = [[start], [partStart, delta], [partEnd, end]];

function errorEvent(code: ErrorCode, detail: ChatErrorDetail = {}): ChatEvent {
  return { type: "error", error: new ChatError(code, detail) };
}

/** One outcome for each call: batches to play, or an error with which opening fails. */
type Outcome = EventBatch[] | ChatError;

interface Script {
  target: Target;
  calls: AnswerCall[];
  streams: ReturnType<typeof playEvents>[];
}

function createScript(outcomes: Outcome[], overrides: Partial<Provider> = {}): Script {
  const calls: AnswerCall[] = [];
  const streams: Script["streams"] = [];
  const provider = createStubProvider({
    async open(call) {
      calls.push(call);
      now += 100;
      const outcome = outcomes[calls.length - 1] ?? outcomes[outcomes.length - 1];
      if (!outcome || outcome instanceof ChatError) throw outcome ?? new Error("nothing scripted");
      const stream = playEvents(outcome);
      streams.push(stream);
      return stream;
    },
    ...overrides,
  });
  return { target: { provider, model: { id: "m" } }, calls, streams };
}

let now = 0;
let slept: number[] = [];
let attempts: Attempt[] = [];
let warnings: Warning[] = [];
let controller = new AbortController();

beforeEach(() => {
  now = 1_000_000;
  slept = [];
  attempts = [];
  warnings = [];
  controller = new AbortController();
});

function run(targets: Target[], overrides: Partial<AttemptCall> = {}) {
  return attemptTargets(targets, {
    request: { messages: [{ role: "user", content: "Hi" }] },
    stream: true,
    requestId: "r",
    waitUntil: () => {},
    signal: controller.signal,
    warn: createWarningSink(overrides.request?.strict ?? false, warnings),
    attempts,
    retry: { maxRetries: 2, firstContentMs: 1000 },
    deadlineAt: null,
    hedgeAfterMs: null,
    warnings,
    served: null,
    pending: null,
    lost: { input_tokens: 0, output_tokens: 0, isEstimated: false },
    attemptedAt: 0,
    promptTokens: () => 1,
    price: () => null,
    target: null,
    now: () => now,
    random: () => 0.5,
    async sleep(milliseconds) {
      slept.push(milliseconds);
      now += milliseconds;
    },
    ...overrides,
  });
}

async function readAll(opened: ReturnType<typeof run>): Promise<EventBatch[]> {
  const stream = await opened;
  const batches: EventBatch[] = [];
  for (let batch = await stream.read(); batch; batch = await stream.read()) batches.push(batch);
  return batches;
}

async function codeOf(opened: ReturnType<typeof run>): Promise<ErrorCode> {
  return opened.then(
    () => Promise.reject(new Error("it was opened")),
    (thrown: unknown) => {
      if (thrown instanceof ChatError) return thrown.code;
      throw thrown;
    },
  );
}

describe("an answer", () => {
  test("comes with nothing lost, and what was read ahead in one batch", async () => {
    const script = createScript([ANSWER]);
    expect(await readAll(run([script.target]))).toEqual([
      [start, partStart, delta],
      [partEnd, end],
    ]);
    expect(attempts).toEqual([
      { provider: "stub", model: "m", outcome: "ok", duration_ms: 100, cost: null },
    ]);
    expect(script.streams[0]?.closed).toBe(false);
  });

  test("is handed on as soon as there is something of it", async () => {
    const script = createScript([ANSWER]);
    await run([script.target]);
    expect(script.streams[0]?.reads).toBe(2);
  });

  test.each<[string, ChatEvent]>([
    ["a tool call", { type: "part-start", index: 0, kind: "tool_call", id: "c", name: "n" }],
    [
      "an opaque part",
      { type: "part-start", index: 0, kind: "opaque", format: "anthropic", value: {} },
    ],
    ["a signature", { type: "part-end", index: 0, signature: { format: "anthropic", value: "s" } }],
    ["an end", end],
  ])("%s is something of it", async (_, event) => {
    const batches = [[start], [event, errorEvent("upstream_overloaded")]];
    expect(await readAll(run([createScript([batches]).target]))).toEqual([
      [start, event, errorEvent("upstream_overloaded")],
    ]);
  });

  test("closing it closes the upstream", async () => {
    const script = createScript([ANSWER]);
    (await run([script.target])).close();
    expect(script.streams[0]?.closed).toBe(true);
  });

  test("that fails after its first words is not tried again: the failure is an event", async () => {
    const script = createScript([[[start, partStart, delta], [errorEvent("upstream_overloaded")]]]);
    const batches = await readAll(run([script.target]));
    expect(batches.at(-1)?.[0]?.type).toBe("error");
    expect(script.calls).toHaveLength(1);
  });
});

describe("a failure before the first words", () => {
  test("is tried again, after a delay that doubles", async () => {
    const overloaded = new ChatError("upstream_overloaded");
    const script = createScript([overloaded, overloaded, ANSWER]);
    await run([script.target]);
    expect(slept).toEqual([125, 250]);
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      "upstream_overloaded",
      "upstream_overloaded",
      "ok",
    ]);
  });

  test("in the stream counts as failed to open, and the stream is closed", async () => {
    const script = createScript([
      [
        [start, { type: "opaque" }],
        [partStart, errorEvent("upstream_overloaded")],
      ],
      ANSWER,
    ]);
    expect(await readAll(run([script.target]))).toHaveLength(2);
    expect(script.streams[0]?.closed).toBe(true);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(["upstream_overloaded", "ok"]);
  });

  test("a stream that says nothing at all is incomplete", async () => {
    expect(
      await codeOf(
        run([createScript([[[start]]]).target], { retry: { maxRetries: 0, firstContentMs: 1000 } }),
      ),
    ).toBe("upstream_incomplete");
  });

  test("is given up after the last retry, with the last error", async () => {
    const script = createScript([
      new ChatError("upstream_overloaded"),
      new ChatError("upstream_error"),
    ]);
    expect(await codeOf(run([script.target]))).toBe("upstream_error");
    expect(script.calls).toHaveLength(3);
    expect(attempts).toHaveLength(3);
  });

  test("is not tried again where retries are switched off", async () => {
    const script = createScript([new ChatError("upstream_overloaded")]);
    await codeOf(run([script.target], { retry: { maxRetries: 0, firstContentMs: 1000 } }));
    expect(script.calls).toHaveLength(1);
  });

  const again: [ErrorCode, ChatErrorDetail][] = [
    ["upstream_error", {}],
    ["upstream_overloaded", { retryAfterSeconds: 5 }],
    ["upstream_unavailable", {}],
    ["upstream_disconnected", {}],
    ["upstream_invalid_response", {}],
    ["upstream_incomplete", {}],
    ["upstream_rate_limited", { retryAfterSeconds: 1 }],
    ["upstream_timeout", { upstreamStatus: 504 }],
    // A vendor may know better than its status.
    ["upstream_conflict", { retryable: true }],
    ["upstream_auth", { retryable: true }],
  ];
  test.each(again)("%s %j may pass", async (code, detail) => {
    const script = createScript([new ChatError(code, detail), ANSWER]);
    await run([script.target]);
    expect(script.calls).toHaveLength(2);
  });

  const never: [ErrorCode, ChatErrorDetail][] = [
    ["upstream_rejected", {}],
    ["upstream_auth", {}],
    ["upstream_billing", {}],
    ["upstream_quota_exhausted", { retryAfterSeconds: 1 }],
    ["upstream_tls", {}],
    ["upstream_conflict", {}],
    ["upstream_gone", {}],
    ["model_not_found", {}],
    ["request_too_large", {}],
    ["upstream_overloaded", { retryable: false }],
    ["upstream_overloaded", { retryAfterSeconds: 6 }],
    ["upstream_rate_limited", {}],
    ["upstream_rate_limited", { retryAfterSeconds: 86_400 }],
    ["upstream_timeout", {}],
    ["upstream_stalled", {}],
    ["shutting_down", {}],
    ["internal_error", { retryable: true }],
  ];
  test.each(never)("%s %j is final", async (code, detail) => {
    const script = createScript([new ChatError(code, detail), ANSWER]);
    expect(await codeOf(run([script.target]))).toBe(code);
    expect(script.calls).toHaveLength(1);
    expect(slept).toEqual([]);
  });

  test("what is no ChatError is an internal error, and tells nothing", async () => {
    const script = createScript([]);
    expect(await codeOf(run([script.target]))).toBe("internal_error");
  });

  test("waits as long as the vendor asks, and a little", async () => {
    await run([
      createScript([new ChatError("upstream_rate_limited", { retryAfterSeconds: 2 }), ANSWER])
        .target,
    ]);
    expect(slept).toEqual([2125]);
  });

  test("no retry begins later than ten seconds after the call", async () => {
    const script = createScript([new ChatError("upstream_overloaded", { retryAfterSeconds: 5 })]);
    expect(await codeOf(run([script.target]))).toBe("upstream_overloaded");
    expect(slept).toEqual([5125]);
    expect(script.calls).toHaveLength(2);
  });
});

describe("a caller who has gone", () => {
  test("is not waited for", async () => {
    controller.abort();
    const script = createScript([ANSWER]);
    expect(await codeOf(run([script.target]))).toBe("cancelled");
    expect(script.calls).toHaveLength(0);
  });

  test("ends the tries, also in the middle of a wait", async () => {
    const script = createScript([new ChatError("upstream_overloaded")]);
    const opened = run([script.target], { random: () => 36, sleep });
    setTimeout(() => controller.abort(), 5);
    const startedAt = performance.now();
    expect(await codeOf(opened)).toBe("cancelled");
    // The wait would be 9 s.
    expect(performance.now() - startedAt).toBeLessThan(6000);
    expect(script.calls).toHaveLength(1);
  });

  test("gets the server's own reason where it is the server that stops", async () => {
    const script = createScript([], {
      open: () => {
        controller.abort(new ChatError("shutting_down"));
        return Promise.resolve(playEvents([[{ type: "cancelled" }]]));
      },
    });
    expect(await codeOf(run([script.target]))).toBe("shutting_down");
    expect(attempts).toMatchObject([{ outcome: "shutting_down" }]);
  });

  test("a cancelled answer is an error", async () => {
    expect(await codeOf(run([createScript([[[start], [{ type: "cancelled" }]]]).target]))).toBe(
      "cancelled",
    );
  });
});

describe("several targets", () => {
  test("the next one is tried where the first cannot", async () => {
    const first = createScript([new ChatError("upstream_auth")], { name: "first" });
    const second = createScript([ANSWER], { name: "second" });
    await run([first.target, second.target]);
    expect(attempts).toMatchObject([
      { provider: "first", outcome: "upstream_auth" },
      { provider: "second", outcome: "ok" },
    ]);
  });

  test("the next one is not tried with a request that is at fault", async () => {
    const second = createScript([ANSWER]);
    expect(
      await codeOf(run([createScript([new ChatError("upstream_rejected")]).target, second.target])),
    ).toBe("upstream_rejected");
    expect(second.calls).toHaveLength(0);
  });

  test("each gets the request that it can take, and only the warnings of the last are told", async () => {
    const request = { messages: [{ role: "user" as const, content: "Hi" }], temperature: 1 };
    const first = createScript([new ChatError("upstream_billing")]);
    const second = createScript([ANSWER], { name: "second" });
    const picky: Target = {
      provider: first.target.provider,
      model: { id: "picky", refuses: ["temperature"] },
    };
    await run([picky, second.target], { request });
    expect(first.calls[0]?.request).not.toHaveProperty("temperature");
    expect(second.calls[0]?.request).toBe(request);
    expect(warnings).toEqual([]);
  });

  test("an empty answer is not taken while another target is left, and is the vendor's word after", async () => {
    const empty = createScript([[[start], [{ ...end, usage: null }]]]);
    const retry = { maxRetries: 0, firstContentMs: 1000 };
    await run([empty.target, createScript([ANSWER]).target], { retry });
    expect(attempts).toMatchObject([
      { outcome: "upstream_invalid_response", reason: "empty_answer" },
      { outcome: "ok" },
    ]);
    expect(empty.streams[0]?.closed).toBe(true);
    expect(await readAll(run([empty.target]))).toHaveLength(1);
  });

  test("an answer cut short with nothing in it is an answer", async () => {
    const cut = createScript([[[start], [{ ...end, finish_reason: "length" }]]]);
    await run([cut.target, createScript([ANSWER]).target]);
    expect(attempts).toMatchObject([{ outcome: "ok" }]);
  });

  test("one without content in time is left; the last one is waited for", async () => {
    const silent = createScript([], {
      open: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    });
    const slow = createScript([], {
      open: () => Bun.sleep(60).then(() => playEvents(ANSWER)),
    });
    const retry = { maxRetries: 2, firstContentMs: 20 };
    await run([silent.target, slow.target], { retry });
    expect(attempts).toMatchObject([
      { outcome: "upstream_timeout", reason: "first_content" },
      { outcome: "ok" },
    ]);
  });

  test("one with content in time stays open, and hears when the caller leaves", async () => {
    let signal: AbortSignal | undefined;
    const first = createScript([], {
      open(call) {
        signal = call.signal;
        return Promise.resolve(playEvents(ANSWER));
      },
    });
    const retry = { maxRetries: 0, firstContentMs: 10 };
    await run([first.target, createScript([ANSWER]).target], { retry });
    await Bun.sleep(30);
    expect(signal?.aborted).toBe(false);
    controller.abort(new ChatError("shutting_down"));
    expect(signal?.reason).toMatchObject({ code: "shutting_down" });
  });

  test("a whole answer has no limit of its first content", async () => {
    const slow = createScript([], { open: () => Bun.sleep(40).then(() => playEvents(ANSWER)) });
    const retry = { maxRetries: 0, firstContentMs: 10 };
    await run([slow.target, createScript([ANSWER]).target], { retry, stream: false });
    expect(attempts).toMatchObject([{ outcome: "ok" }]);
  });

  const tooLong = new ChatError("context_length_exceeded");
  const sized = (script: Script, context_tokens: number): Target => ({
    ...script.target,
    model: { id: `m${context_tokens}`, context_tokens },
  });

  test("a prompt that is too long goes only to a larger context, once", async () => {
    const [first, same, larger] = [[tooLong], [ANSWER], [ANSWER]].map((outcomes) =>
      createScript(outcomes),
    ) as [Script, Script, Script];
    await run([sized(first, 100), sized(same, 100), sized(larger, 200)]);
    expect(attempts).toMatchObject([
      { model: "m100", outcome: "context_length_exceeded" },
      { model: "m100", outcome: "skipped", reason: "context" },
      { model: "m200", outcome: "ok" },
    ]);
    expect([first.calls.length, same.calls.length]).toEqual([1, 0]);
  });

  test("where none is larger, the error is that of the prompt", async () => {
    const first = createScript([tooLong]);
    expect(await codeOf(run([sized(first, 100), sized(createScript([ANSWER]), 100)]))).toBe(
      "context_length_exceeded",
    );
  });

  test("a fallback that refuses the request is passed by, and does not hide the first failure", async () => {
    const first = createScript([new ChatError("upstream_auth")]);
    const picky = createScript([new ChatError("upstream_rejected")]);
    expect(await codeOf(run([first.target, picky.target]))).toBe("upstream_auth");
    await run([first.target, picky.target, createScript([ANSWER]).target]);
    expect(attempts.at(-1)).toMatchObject({ outcome: "ok" });
  });

  test("what breaks a policy is not taken elsewhere", async () => {
    const first = createScript([new ChatError("upstream_auth")]);
    const filter = createScript([
      new ChatError("upstream_rejected", { upstreamCode: "content_filter" }),
    ]);
    const third = createScript([ANSWER]);
    await codeOf(run([first.target, filter.target, third.target]));
    expect(third.calls).toHaveLength(0);
  });

  test("the usage of one that failed before its content has its price", async () => {
    const usage = { input_tokens: 5, output_tokens: 0, total_tokens: 5 };
    const cost = { currency: "USD" as const, input: 1, output: 0, total: 1 };
    const first = createScript([
      [[start, { type: "usage", usage }], [errorEvent("upstream_auth")]],
    ]);
    await run([first.target, createScript([ANSWER]).target], {
      price: (_target, counted) => (counted === usage ? cost : null),
    });
    expect(attempts.map((attempt) => attempt.cost)).toEqual([cost, null]);
  });

  test("no retry is waited for, and nothing begins, beyond the deadline", async () => {
    const script = createScript([new ChatError("upstream_overloaded", { retryAfterSeconds: 2 })]);
    expect(await codeOf(run([script.target], { deadlineAt: now + 2000 }))).toBe(
      "upstream_overloaded",
    );
    expect(slept).toEqual([]);
    expect(await codeOf(run([script.target], { deadlineAt: now }))).toBe("deadline_exceeded");
    expect(script.calls).toHaveLength(1);
  });

  test("without any there is nothing to be done", async () => {
    expect(await codeOf(run([]))).toBe("internal_error");
  });
});

describe("warnings", () => {
  const warning: Warning = { code: "adjusted_parameter", param: "seed", message: "Rounded." };

  test("of a provider are told once, however often it was tried", async () => {
    let calls = 0;
    const script = createScript([], {
      open(call) {
        calls += 1;
        call.warn(warning);
        return calls < 3
          ? Promise.reject(new ChatError("upstream_overloaded"))
          : Promise.resolve(playEvents(ANSWER));
      },
    });
    await run([script.target]);
    expect(calls).toBe(3);
    expect(warnings).toEqual([warning]);
  });

  test("are errors in strict mode, before the provider is called", async () => {
    const script = createScript([ANSWER]);
    const target: Target = { ...script.target, model: { id: "m", refuses: ["seed"] } };
    const request = { messages: [{ role: "user" as const, content: "Hi" }], seed: 1, strict: true };
    expect(await codeOf(run([target], { request }))).toBe("unsupported_parameter");
    expect(script.calls).toHaveLength(0);
  });
});
