import { computeCost, findPrice } from "../catalog/compute-cost.ts";
import type { Attempt } from "../chat/attempt.ts";
import { createArgumentsCheck } from "../chat/broken-arguments.ts";
import { demandOf } from "../chat/demand.ts";
import { type EventBatch, isTerminal, type Warning } from "../chat/event.ts";
import type { Cost } from "../chat/model.ts";
import type { AnswerContext } from "../dialects/dialect.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import { NO_RESERVATION, NOTHING } from "../limits/limiter.ts";
import type { Standing } from "../limits/standing.ts";
import { type AttemptCall, closePending } from "../routing/attempt.ts";
import { createWarningSink } from "../routing/warning-sink.ts";
import type { CallRecord } from "../telemetry/call-record.ts";
import { createAnswerObserver } from "../telemetry/observe-answer.ts";
import { sleep } from "../upstream/sleep.ts";
import type { Admission, CallServices, RunningCall } from "./admission.ts";
import { CallAnswer } from "./call-answer.ts";
import { enforcePolicy } from "./enforce-policy.ts";
import { createMeter, measureLost, measureRecord, measureUsage, type Progress } from "./meter.ts";
import { publishRecord } from "./publish-record.ts";

/** One call, from its admission to its record. */
export interface Call extends AttemptCall, RunningCall {
  /** What the dialect may report about the answer. The answer's target is the one that answers. */
  readonly answer: AnswerContext;
  /**
   * Reserves what the call may consume by its token's limits, before the first attempt. Rejects
   * with `rate_limited`, `budget_exceeded`, `forbidden` or `store_unavailable`.
   */
  reserve(): Promise<void>;
  /** What became of it; null until it has ended. */
  readonly record: CallRecord | null;
  /** The token's limits as they stood when the call was reserved. */
  readonly standings: readonly Standing[];
  /** Looks at the answer's events as they pass. */
  observe(batch: EventBatch): void;
  /** Waits for this work. If the caller leaves before it is done, the call is aborted. */
  whileConnected<T>(caller: AbortSignal, work: Promise<T>): Promise<T>;
  /** Ends the call and hands its record to the recorders. Idempotent. */
  end(failure: ChatError | null): void;
  /** Ends the call with whatever was thrown. */
  fail(thrown: unknown): ChatError;
}

/** A call, with the fields that are set later. */
interface OpenCall extends Call {
  record: CallRecord | null;
  standings: readonly Standing[];
}

/**
 * Opens a call. The target is set late, when one of the targets begins to answer: everything that
 * reports a provider, a model, a format or a price reads it from here.
 */
export function openCall(admission: Admission, services: CallServices): Call {
  const { context, principal, request, targets } = admission;
  const { platform, catalog, running } = services;
  const demand = admission.demand ?? demandOf(request);
  const { requestId, startedAt, trace } = context;
  // Shutdown, departure, deadline, revocation and a failed write all abort this one controller.
  const controller = new AbortController();
  const observer = createAnswerObserver(platform.now);
  const warnings: Warning[] = [];
  const attempts: Attempt[] = [...admission.skipped];
  const { deadlineMs } = admission;
  const deadlineAt = deadlineMs === undefined ? null : startedAt + deadlineMs;
  const recorded = Promise.withResolvers<unknown>();
  let reservation = NO_RESERVATION;
  let stopEnforcing = () => {};
  let isOpen = true;
  let deadline: ReturnType<typeof setTimeout> | undefined;

  const argumentsCheck = createArgumentsCheck((warning) => call.warn(warning));
  const { broken: brokenCalls } = argumentsCheck;
  const answer = new CallAnswer(admission, { attempts, brokenCalls }, () => call);

  const call: OpenCall = {
    request,
    stream: request.stream ?? false,
    requestId,
    signal: controller.signal,
    waitUntil: context.waitUntil,
    warn: createWarningSink(request.strict ?? false, warnings),
    warnings,
    attempts,
    retry: admission.isRepeat ? { ...services.retry, maxRetries: 0 } : services.retry,
    deadlineAt,
    hedgeAfterMs: admission.hedgeAfterMs ?? null,
    promptTokens: demand.inputTokens,
    price: ({ provider, model }, usage) =>
      computeCost(usage, model, startedAt, (id) => catalog.lookup(provider.name, id)),
    now: platform.now,
    random: platform.random,
    sleep,
    target: null,
    served: null,
    pending: null,
    lost: { input_tokens: 0, output_tokens: 0, isEstimated: false },
    attemptedAt: startedAt,
    trace,
    principal,
    answer,
    record: null,
    standings: [],
    async reserve() {
      const { revocations } = services;
      const limiter = trace?.watch(services.limiter) ?? services.limiter;
      const { policy } = principal;
      // Counting tokens costs as much as reading the prompt, so a token without limits skips it.
      const isLimited = policy.buckets.length > 0 || policy.maxInputTokens !== null;
      const meter = isLimited
        ? createMeter({ ...services.meter, demand, targets, policy, catalog, startedAt })
        : null;
      const reserved = meter?.estimate() ?? NOTHING;
      reservation = await limiter.reserve(requestId, policy.buckets, reserved, context.waitUntil);
      call.standings = reservation.standings;
      if (!isOpen) return;
      stopEnforcing = enforcePolicy({
        principal,
        revocations,
        reservation,
        reserved,
        meter,
        progress,
        abort: call.abort,
      });
    },
    observe(batch) {
      observer.observe(batch);
      argumentsCheck.observe(batch);
      watch?.(batch);
      if (isTerminal(batch[batch.length - 1])) setServedCost(answer.cost(observer.usage()));
    },
    abort: (reason) => controller.abort(reason),
    async whileConnected(caller, work) {
      const onCallerGone = () => controller.abort(new ChatError("cancelled"));
      caller.addEventListener("abort", onCallerGone);
      if (caller.aborted) onCallerGone();
      try {
        return await work;
      } finally {
        caller.removeEventListener("abort", onCallerGone);
      }
    },
    end(failure) {
      if (!isOpen) return;
      isOpen = false;
      clearTimeout(deadline);
      running.delete(call);
      stopEnforcing();
      if (failure) controller.abort(failure);
      const record = createRecord(failure);
      call.record = record;
      const consumed = measureRecord(record, {
        lost: call.lost,
        isAnswered: call.target !== null,
      });
      const settled = reservation.settle(consumed);
      const published = publishRecord(record, services);
      recorded.resolve(published ? Promise.all([published, settled]) : settled);
    },
    fail(thrown) {
      const error = toChatError(thrown);
      call.end(error);
      return error;
    },
  };

  const watch = admission.watchAnswer?.(answer);

  function progress(): Progress {
    return { usage: observer.usage(), letters: observer.letters() };
  }

  /** The attempt that answers has its cost once its usage is known: when it ends, or is cut. */
  function setServedCost(cost: Cost | null): void {
    if (call.served) call.served.cost = cost;
  }

  function createRecord(failure: ChatError | null): CallRecord {
    const error = failure ?? observer.error();
    const outcome = error?.code ?? "ok";
    const isComplete = outcome === "ok" && admission.kind !== "count_tokens";
    closePending(call);
    const { usage, source } = call.target
      ? measureUsage(progress(), isComplete, demand)
      : measureLost(call.lost);
    // If no target answered, each attempt has its own cost.
    const cost = call.target && answer.cost(usage);
    setServedCost(cost);
    const tried = attempts.findLast(({ outcome }) => outcome !== "skipped");
    return {
      requestId,
      kind: admission.kind,
      dialect: admission.dialect.name,
      route: context.route,
      subject: principal.subject,
      issuer: principal.issuer,
      tenant: principal.policy.tenant,
      ...(call.target || !tried ? answer.target : { provider: tried.provider, model: tried.model }),
      stream: call.stream,
      outcome,
      reason: error?.logReason,
      finishReason: observer.finishReason(),
      usage,
      usageSource: source,
      cost,
      price: cost && findPrice(usage, (call.target ?? targets[0]).model, startedAt),
      // An attempt that was given up may still note its failure.
      attempts: attempts.map((attempt) => ({ ...attempt })),
      startedAt,
      attemptedAt: tried ? call.attemptedAt : null,
      firstContentAt: observer.firstContentAt(),
      endedAt: platform.now(),
      trace,
    };
  }

  running.add(call);
  if (deadlineAt !== null) {
    const expire = () => controller.abort(new ChatError("deadline_exceeded"));
    deadline = setTimeout(expire, deadlineAt - platform.now());
  }
  // Before the attempt, because workerd ignores a waitUntil made after the caller has left.
  context.waitUntil(recorded.promise);
  return call;
}
