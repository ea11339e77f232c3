import { beforeEach, describe, expect, test } from "bun:test";
import type { Attempt } from "../../../src/chat/attempt.ts";
import type { ChatEvent, EventStream } from "../../../src/chat/event.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import type { AnswerCall } from "../../../src/providers/provider.ts";
import type { AttemptCall } from "../../../src/routing/attempt.ts";
import { attemptTargets } from "../../../src/routing/attempt-targets.ts";
import type { Target } from "../../../src/routing/select-target.ts";
import { createWarningSink } from "../../../src/routing/warning-sink.ts";
import { sleep } from "../../../src/upstream/sleep.ts";
import { rejectionOf } from "../../support/rejection.ts";
import { createStubProvider, playEvents } from "../../support/stub-provider.ts";

const HEDGE_MS = 30;
/** Far later than the hedge. */
const LATE_MS = 5000;

const usage = { input_tokens: 7, output_tokens: 0, total_tokens: 7 };
const ANSWER: ChatEvent[] = [
  { type: "start", id: "a", model: "m" },
  { type: "part-start", index: 0, kind: "text" },
  { type: "part-delta", index: 0, delta: "Hi" },
];

let controller = new AbortController();
let attempts: Attempt[] = [];

beforeEach(() => {
  controller = new AbortController();
  attempts = [];
});

/** A target that does this when it is called, and what became of its calls. */
function createTarget(name: string, open: (call: AnswerCall) => Promise<EventStream>) {
  const calls: AnswerCall[] = [];
  const provider = createStubProvider({
    name,
    open(call) {
      calls.push(call);
      return open(call);
    },
  });
  const target: Target = { provider, model: { id: "m" } };
  return { target, calls };
}

/** Rejects as a provider does when its call is aborted. */
function failWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

const silent = (name = "silent") => createTarget(name, ({ signal }) => failWhenAborted(signal));
const quick = (name = "quick") => createTarget(name, () => Promise.resolve(playEvents([ANSWER])));

function createCall(overrides: Partial<AttemptCall> = {}): AttemptCall {
  return {
    request: { messages: [{ role: "user", content: "Hi" }] },
    stream: true,
    requestId: "r",
    waitUntil: () => {},
    signal: controller.signal,
    warn: createWarningSink(false, []),
    warnings: [],
    attempts,
    retry: { maxRetries: 0, firstContentMs: 60_000 },
    deadlineAt: null,
    hedgeAfterMs: HEDGE_MS,
    promptTokens: () => 1,
    price: (_target, counted) =>
      counted && { currency: "USD", input: counted.input_tokens, output: 0, total: 7 },
    target: null,
    served: null,
    pending: null,
    lost: { input_tokens: 0, output_tokens: 0, isEstimated: false },
    attemptedAt: 0,
    now: Date.now,
    random: () => 0.5,
    sleep,
    ...overrides,
  };
}

const outcomes = () => attempts.map(({ provider, outcome }) => `${provider} ${outcome}`);

describe("a hedged call", () => {
  test("asks one target if that answers in time", async () => {
    const second = quick("second");
    const call = createCall();
    await attemptTargets([quick().target, second.target], call);
    await Bun.sleep(HEDGE_MS * 3);
    expect(second.calls).toHaveLength(0);
    expect(outcomes()).toEqual(["quick ok"]);
  });

  test("asks the next one beside a silent one, which is cancelled and told", async () => {
    const first = silent();
    const second = quick();
    const call = createCall();
    const stream = await attemptTargets([first.target, second.target], call);
    expect((await stream.read())?.at(-1)).toMatchObject({ delta: "Hi" });
    expect(first.calls[0]?.signal.aborted).toBe(true);
    expect(second.calls[0]?.signal.aborted).toBe(false);
    expect(outcomes()).toEqual(["silent cancelled", "quick ok"]);
    expect(attempts[0]?.duration_ms).toBeGreaterThanOrEqual(HEDGE_MS - 5);
    expect(call.target).toBe(second.target);
    expect(call.served).toBe(attempts[1] ?? null);
  });

  test("has the warnings of the one that answers, before and after it began", async () => {
    const warned = createTarget("warned", ({ warn }) => {
      warn({ code: "adjusted_parameter", param: "top_k", message: "It is adjusted." });
      return Promise.resolve(playEvents([ANSWER]));
    });
    const call = createCall();
    await attemptTargets([silent().target, warned.target], call);
    call.warn({ code: "tool_arguments_invalid", param: "tool_calls[0]", message: "It is broken." });
    expect(call.warnings.map(({ code }) => code)).toEqual([
      "adjusted_parameter",
      "tool_arguments_invalid",
    ]);
  });

  test("takes the first one's content if that comes first after all", async () => {
    const first = createTarget("slow", () =>
      Bun.sleep(HEDGE_MS * 3).then(() => playEvents([ANSWER])),
    );
    const second = silent();
    const call = createCall();
    await attemptTargets([first.target, second.target], call);
    expect(outcomes()).toEqual(["slow ok", "silent cancelled"]);
    expect(second.calls[0]?.signal.aborted).toBe(true);
  });

  test("tells what the loser had counted", async () => {
    const first = createTarget("counted", ({ signal }) => {
      let reads = 0;
      return Promise.resolve({
        format: null,
        read() {
          reads += 1;
          return reads === 1
            ? Promise.resolve([{ type: "usage", usage }])
            : failWhenAborted(signal);
        },
        close() {},
      });
    });
    const call = createCall();
    await attemptTargets([first.target, quick().target], call);
    expect(attempts[0]).toMatchObject({ outcome: "cancelled", cost: { input: 7 } });
    // Once, for the token's limits.
    await Bun.sleep(0);
    expect(call.lost.input_tokens + call.lost.output_tokens).toBe(7);
  });

  test("goes on at once where the first fails, and hedges what comes next", async () => {
    const broken = createTarget("broken", () => Promise.reject(new ChatError("upstream_auth")));
    await attemptTargets([broken.target, silent().target, quick().target], createCall());
    expect(outcomes()).toEqual(["broken upstream_auth", "silent cancelled", "quick ok"]);
  });

  test("waits for the other contender where one has no target left", async () => {
    const slow = createTarget("slow", () =>
      Bun.sleep(HEDGE_MS * 4).then(() => playEvents([ANSWER])),
    );
    const broken = createTarget("broken", () => Promise.reject(new ChatError("upstream_auth")));
    await attemptTargets([slow.target, broken.target], createCall());
    expect(outcomes()).toEqual(["slow ok", "broken upstream_auth"]);
  });

  test("fails with the last failure where all do", async () => {
    const slow = createTarget("slow", () =>
      Bun.sleep(HEDGE_MS * 3).then(() => Promise.reject(new ChatError("upstream_overloaded"))),
    );
    const broken = createTarget("broken", () => Promise.reject(new ChatError("upstream_auth")));
    expect(
      await rejectionOf(attemptTargets([slow.target, broken.target], createCall())),
    ).toMatchObject({ code: "upstream_overloaded" });
  });

  test("ends at once where the request is at fault", async () => {
    const refusing = createTarget("refusing", () =>
      Bun.sleep(HEDGE_MS * 2).then(() => Promise.reject(new ChatError("upstream_rejected"))),
    );
    const second = silent();
    expect(
      await rejectionOf(attemptTargets([refusing.target, second.target], createCall())),
    ).toMatchObject({ code: "upstream_rejected" });
    expect(second.calls[0]?.signal.aborted).toBe(true);
  });

  test("closes both where the caller leaves", async () => {
    const [first, second] = [silent("one"), silent("two")];
    const opening = attemptTargets([first.target, second.target], createCall());
    setTimeout(() => controller.abort(new ChatError("cancelled")), HEDGE_MS * 2);
    expect(await rejectionOf(opening)).toMatchObject({ code: "cancelled" });
    expect([first.calls[0]?.signal.aborted, second.calls[0]?.signal.aborted]).toEqual([true, true]);
    expect(outcomes()).toEqual(["one cancelled", "two cancelled"]);
  });

  test("closes an answer that came after the decision", async () => {
    const late = playEvents([ANSWER]);
    const first = createTarget("deaf", () => Bun.sleep(HEDGE_MS * 3).then(() => late));
    await attemptTargets([first.target, quick().target], createCall());
    await Bun.sleep(HEDGE_MS * 4);
    expect(late.closed).toBe(true);
    expect(outcomes()).toEqual(["deaf cancelled", "quick ok"]);
  });

  test("has the winner's warnings and no others, also those that come later", async () => {
    const warning = { code: "upstream_warning" as const, param: "x", message: "m" };
    const first = createTarget("noisy", (call) => {
      call.warn({ ...warning, message: "the loser's" });
      return failWhenAborted(call.signal);
    });
    const second = quick();
    const call = createCall();
    await attemptTargets([first.target, second.target], call);
    second.calls[0]?.warn({ ...warning, message: "the winner's" });
    expect(call.warnings.map(({ message }) => message)).toEqual(["the winner's"]);
  });

  test("with one target is not hedged", async () => {
    const slow = createTarget("slow", ({ signal }) => {
      expect(signal).toBe(controller.signal);
      return Bun.sleep(HEDGE_MS * 2).then(() => playEvents([ANSWER]));
    });
    await attemptTargets([slow.target], createCall());
    expect(slow.calls).toHaveLength(1);
  });

  test("waits for nothing once it is decided", async () => {
    const startedAt = performance.now();
    const slow = createTarget("slow", () => Bun.sleep(LATE_MS).then(() => playEvents([ANSWER])));
    await attemptTargets([slow.target, quick().target], createCall());
    expect(performance.now() - startedAt).toBeLessThan(LATE_MS / 2);
  });
});
