import type { Principal } from "../auth/principal.ts";
import { computeCost, findPrice } from "../catalog/compute-cost.ts";
import type { Attempt } from "../chat/attempt.ts";
import { ArgumentsCheck } from "../chat/broken-arguments.ts";
import { type Demand, demandOf } from "../chat/demand.ts";
import { type BatchObserver, type EventBatch, isTerminal, type Warning } from "../chat/event.ts";
import type { Cost } from "../chat/model.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { AnswerContext } from "../dialects/dialect.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import { NO_RESERVATION, NOTHING } from "../limits/limiter.ts";
import type { Standing } from "../limits/standing.ts";
import {
  type AttemptCall,
  closePending,
  type LostUsage,
  type PendingAttempt,
  type RetryPolicy,
} from "../routing/attempt.ts";
import type { Target } from "../routing/select-target.ts";
import { createWarningSink, type WarningSink } from "../routing/warning-sink.ts";
import type { CallRecord } from "../telemetry/call-record.ts";
import { type AnswerObserver, createAnswerObserver } from "../telemetry/observe-answer.ts";
import type { RequestTrace } from "../telemetry/trace.ts";
import { sleep } from "../upstream/sleep.ts";
import type { Admission, CallServices, RunningCall } from "./admission.ts";
import { CallAnswer } from "./call-answer.ts";
import { type Enforcement, enforcePolicy } from "./enforce-policy.ts";
import {
  createMeter,
  type Meter,
  measureLost,
  measureRecord,
  measureUsage,
  type Progress,
} from "./meter.ts";
import { publishRecord } from "./publish-record.ts";

/** One call, from its admission to its record. */
export interface Call extends AttemptCall, RunningCall, BatchObserver {
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
  /** Waits for this work. If the caller leaves before it is done, the call is aborted. */
  whileConnected<T>(caller: AbortSignal, work: Promise<T>): Promise<T>;
  /** Ends the call and hands its record to the recorders. Idempotent. */
  end(failure: ChatError | null): void;
  /** Ends the call with whatever was thrown. */
  fail(thrown: unknown): ChatError;
}

/**
 * Opens a call. The target is set late, when one of the targets begins to answer: everything that
 * reports a provider, a model, a format or a price reads it from here.
 */
export function openCall(admission: Admission, services: CallServices): Call {
  return new OpenCall(admission, services);
}

/** A class, so that the methods are not made anew for each call. */
class OpenCall implements Call {
  readonly request: ChatRequest;
  readonly stream: boolean;
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly waitUntil: Call["waitUntil"];
  warn: WarningSink;
  warnings: readonly Warning[];
  readonly attempts: Attempt[];
  readonly retry: RetryPolicy;
  readonly deadlineAt: number | null;
  readonly hedgeAfterMs: number | null;
  readonly promptTokens: () => number;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep = sleep;
  target: Target | null = null;
  served: Attempt | null = null;
  pending: PendingAttempt | null = null;
  readonly lost: LostUsage = { input_tokens: 0, output_tokens: 0, isEstimated: false };
  attemptedAt: number;
  readonly trace: RequestTrace | undefined;
  readonly principal: Principal;
  readonly answer: CallAnswer;
  record: CallRecord | null = null;
  standings: readonly Standing[] = [];
  /** A field, because the contenders of a hedged call are copies of the call's fields. */
  readonly price: Call["price"] = ({ provider, model }, usage) =>
    computeCost(usage, model, this.#admission.context.startedAt, (id) =>
      this.#services.catalog.lookup(provider.name, id),
    );

  readonly #admission: Admission;
  readonly #services: CallServices;
  readonly #demand: Demand;
  // Shutdown, departure, deadline, revocation and a failed write all abort this one controller.
  readonly #controller = new AbortController();
  readonly #observer: AnswerObserver;
  readonly #argumentsCheck: ArgumentsCheck;
  readonly #watch: ((batch: EventBatch) => void) | undefined;
  readonly #setRecorded: (settled: Promise<unknown>) => void;
  #reservation = NO_RESERVATION;
  #enforcement: Enforcement | undefined;
  #isOpen = true;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(admission: Admission, services: CallServices) {
    const { context, request, principal, skipped, deadlineMs } = admission;
    const { platform, running, retry } = services;
    this.#admission = admission;
    this.#services = services;
    this.#demand = admission.demand ?? demandOf(request);
    this.#observer = createAnswerObserver(platform.now);
    this.#argumentsCheck = new ArgumentsCheck(this);
    const warnings: Warning[] = [];
    this.request = request;
    this.stream = request.stream ?? false;
    this.requestId = context.requestId;
    this.signal = this.#controller.signal;
    this.waitUntil = context.waitUntil;
    this.warn = createWarningSink(request.strict ?? false, warnings);
    this.warnings = warnings;
    this.attempts = [...skipped];
    this.retry = admission.isRepeat ? { ...retry, maxRetries: 0 } : retry;
    this.deadlineAt = deadlineMs === undefined ? null : context.startedAt + deadlineMs;
    this.hedgeAfterMs = admission.hedgeAfterMs ?? null;
    this.promptTokens = this.#demand.inputTokens;
    this.now = platform.now;
    this.random = platform.random;
    this.attemptedAt = context.startedAt;
    this.trace = context.trace;
    this.principal = principal;
    this.answer = new CallAnswer(admission, this, this.#argumentsCheck.broken);
    this.#watch = admission.watchAnswer?.(this.answer, principal);
    running.add(this);
    if (this.deadlineAt !== null) {
      const expire = () => this.abort(new ChatError("deadline_exceeded"));
      this.#deadline = setTimeout(expire, this.deadlineAt - platform.now());
    }
    // Before the attempt, because workerd ignores a waitUntil made after the caller has left.
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#setRecorded = resolve;
    context.waitUntil(promise);
  }

  async reserve(): Promise<void> {
    const { principal, requestId, trace } = this;
    const services = this.#services;
    const limiter = trace?.watch(services.limiter) ?? services.limiter;
    const { policy } = principal;
    // Counting tokens costs as much as reading the prompt, so a token without limits skips it.
    const isLimited = policy.buckets.length > 0 || policy.maxInputTokens !== null;
    const meter = isLimited ? this.#createMeter() : null;
    const reserved = meter?.estimate() ?? NOTHING;
    this.#reservation = await limiter.reserve(requestId, policy.buckets, reserved, this.waitUntil);
    this.standings = this.#reservation.standings;
    if (!this.#isOpen) return;
    this.#enforcement = enforcePolicy(this, {
      revocations: services.revocations,
      reservation: this.#reservation,
      reserved,
      meter,
      every: services.platform.every,
    });
  }

  #createMeter(): Meter {
    const { meter, catalog } = this.#services;
    const { principal, targets, context } = this.#admission;
    const { policy } = principal;
    const { startedAt } = context;
    return createMeter({ ...meter, demand: this.#demand, targets, policy, catalog, startedAt });
  }

  observe(batch: EventBatch): void {
    this.#observer.observe(batch);
    this.#argumentsCheck.observe(batch);
    this.#watch?.(batch);
    if (isTerminal(batch[batch.length - 1]))
      this.#setServedCost(this.answer.cost(this.#observer.usage()));
  }

  progress(): Progress {
    return { usage: this.#observer.usage(), letters: this.#observer.letters() };
  }

  abort(reason: ChatError): void {
    this.#controller.abort(reason);
  }

  async whileConnected<T>(caller: AbortSignal, work: Promise<T>): Promise<T> {
    const onCallerGone = () => this.abort(new ChatError("cancelled"));
    caller.addEventListener("abort", onCallerGone);
    if (caller.aborted) onCallerGone();
    try {
      return await work;
    } finally {
      caller.removeEventListener("abort", onCallerGone);
    }
  }

  end(failure: ChatError | null): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#deadline);
    this.#services.running.delete(this);
    this.#enforcement?.stop();
    if (failure) this.abort(failure);
    const record = this.#createRecord(failure);
    this.record = record;
    const isAnswered = this.target !== null;
    const settled = this.#reservation.settle(
      measureRecord(record, { lost: this.lost, isAnswered }),
    );
    const published = publishRecord(record, this.#services);
    this.#setRecorded(published ? Promise.all([published, settled]) : settled);
  }

  fail(thrown: unknown): ChatError {
    const error = toChatError(thrown);
    this.end(error);
    return error;
  }

  /** The attempt that answers has its cost once its usage is known: when it ends, or is cut. */
  #setServedCost(cost: Cost | null): void {
    if (this.served) this.served.cost = cost;
  }

  #createRecord(failure: ChatError | null): CallRecord {
    const { answer, attempts, principal, target, trace } = this;
    const { kind, context, dialect, targets } = this.#admission;
    const observer = this.#observer;
    const { startedAt } = context;
    const error = failure ?? observer.error();
    const outcome = error?.code ?? "ok";
    const isComplete = outcome === "ok" && kind !== "count_tokens";
    closePending(this);
    const { usage, source } = target
      ? measureUsage(this.progress(), isComplete, this.#demand)
      : measureLost(this.lost);
    // If no target answered, each attempt has its own cost.
    const cost = target && answer.cost(usage);
    this.#setServedCost(cost);
    const tried = attempts.findLast(({ outcome }) => outcome !== "skipped");
    return {
      requestId: this.requestId,
      kind,
      dialect: dialect.name,
      route: context.route,
      subject: principal.subject,
      issuer: principal.issuer,
      tenant: principal.policy.tenant,
      ...(target || !tried ? answer.target : { provider: tried.provider, model: tried.model }),
      stream: this.stream,
      outcome,
      reason: error?.logReason,
      finishReason: observer.finishReason(),
      usage,
      usageSource: source,
      cost,
      price: cost && findPrice(usage, (target ?? targets[0]).model, startedAt),
      // An attempt that was given up may still note its failure.
      attempts: attempts.map((attempt) => ({ ...attempt })),
      startedAt,
      attemptedAt: tried ? this.attemptedAt : null,
      firstContentAt: observer.firstContentAt(),
      endedAt: this.now(),
      trace,
    };
  }
}
