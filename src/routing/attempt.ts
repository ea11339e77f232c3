import { ATTEMPT_REASONS, type Attempt, wasStopped } from "../chat/attempt.ts";
import { type EventBatch, type EventStream, usageAfter, type Warning } from "../chat/event.ts";
import type { Cost } from "../chat/model.ts";
import type { Usage } from "../chat/usage.ts";
import { abortReason } from "../errors/abort-reason.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import type { Platform } from "../platform.ts";
import type { AnswerCall } from "../providers/provider.ts";
import type { RequestTrace } from "../telemetry/trace.ts";
import { awaitFirstContent } from "./await-first-content.ts";
import { callFitted } from "./fit-call.ts";
import { isFallbacksOwn, isFinal } from "./is-final.ts";
import { limitFirstContent } from "./limit-first-content.ts";
import { restoreNames } from "./restore-names.ts";
import { RETRY_BUDGET_MS, retryDelay } from "./retry-delay.ts";
import type { Target } from "./select-target.ts";
import { skippedAttempt } from "./select-targets.ts";
import type { WarningSink } from "./warning-sink.ts";

export interface RetryPolicy {
  /** `RETRY_MAX`: how often one target is tried again. */
  readonly maxRetries: number;
  /**
   * `FIRST_CONTENT_TIMEOUT_MS`: how long a streamed answer may be without content while another
   * target is left.
   */
  readonly firstContentMs: number;
}

/** What the attempts of one call share. */
export interface AttemptCall
  extends Omit<AnswerCall, "model" | "warn" | "traceparent">,
    Pick<Platform, "now" | "random"> {
  /** Waits this many milliseconds, or until the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Adds to `warnings`; each attempt starts anew. */
  warn: WarningSink;
  /** The warnings of the attempt under way, or of the one that answers. */
  warnings: readonly Warning[];
  /**
   * Every attempt, added when it begins; until its outcome is known, that is `cancelled`. `ok`
   * means that the answer began.
   */
  readonly attempts: Attempt[];
  readonly retry: RetryPolicy;
  /** When the call must have ended, in milliseconds since 1970; null if it has no deadline. */
  readonly deadlineAt: number | null;
  /**
   * After how many milliseconds without content the next target is also tried, in parallel; null
   * for never.
   */
  readonly hedgeAfterMs: number | null;
  /** About how many tokens the prompt has. */
  promptTokens(): number;
  /** What this usage of a target costs; null if that is unknown. */
  readonly price: (target: Target, usage: Usage | null) => Cost | null;
  /** The target whose answer has begun; null until then. */
  target: Target | null;
  /** The attempt whose answer has begun; null until then. */
  served: Attempt | null;
  /** The attempt under way; null between attempts. */
  pending: PendingAttempt | null;
  /** What attempts that failed or were given up have consumed. */
  readonly lost: LostUsage;
  /** When the first attempt began, in milliseconds since 1970. */
  attemptedAt: number;
  /** Undefined if the server takes no part in traces. */
  readonly trace?: RequestTrace | undefined;
}

/** Tokens of attempts without an answer: as their vendors counted, or else of the prompt alone. */
export interface LostUsage {
  input_tokens: number;
  output_tokens: number;
  isEstimated: boolean;
}

/** An attempt whose outcome is not known yet. */
export interface PendingAttempt {
  readonly attempt: Attempt;
  readonly target: Target;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** What its vendor is told of the trace. */
  readonly traceparent: string | undefined;
  /** What it has brought, before its content. */
  readonly seen: EventBatch[];
}

/** The targets of a call, and how many of them were taken. Contenders of one call share it. */
export interface TargetQueue {
  readonly targets: readonly Target[];
  taken: number;
}

/**
 * Tries the queue's targets in turn until one begins to answer. A target is tried again if that is
 * safe: only before any content has arrived, for transient failures, a few times within ten
 * seconds, and never after the caller has gone. Rejects with the last failure, unless that is about
 * a fallback alone and the failure before it tells the caller more.
 */
export async function attemptInTurn(queue: TargetQueue, call: AttemptCall): Promise<EventStream> {
  const { signal, attempts, retry, now } = call;
  const { targets } = queue;
  const startedAt = now();
  let failure: ChatError | undefined;
  /** The context of the largest model for which the prompt was too long. */
  let tooSmall: number | undefined;

  for (let index = queue.taken; index < targets.length; index = queue.taken) {
    queue.taken += 1;
    const target = targets[index];
    if (!target) break;
    if (tooSmall !== undefined && (target.model.context_tokens ?? Infinity) <= tooSmall) {
      attempts.push(skippedAttempt(target, "context"));
      continue;
    }
    let latest: ChatError;
    for (let retries = 0; ; retries += 1) {
      if (signal.aborted) throw abortReason(signal);
      if (call.deadlineAt !== null && now() >= call.deadlineAt)
        throw new ChatError("deadline_exceeded");
      const pending = startAttempt(target, now(), call.trace);
      const { attempt } = pending;
      attempts.push(attempt);
      call.pending = pending;
      try {
        const answer = await openTarget(call, pending, queue.taken === targets.length);
        if (signal.aborted) {
          answer.close();
          throw abortReason(signal);
        }
        attempt.outcome = "ok";
        call.target = target;
        call.served = attempt;
        return answer;
      } catch (thrown) {
        latest = signal.aborted ? abortReason(signal) : toChatError(thrown);
        latest.retried ||= retries > 0;
        attempt.outcome = latest.code;
        const reason = ATTEMPT_REASONS.find((name) => name === latest.logReason);
        if (reason) attempt.reason = reason;
      } finally {
        closePending(call);
      }
      const delay = retries < retry.maxRetries ? retryDelay(latest, retries, call.random) : null;
      if (delay === null || now() - startedAt + delay > RETRY_BUDGET_MS) break;
      // A retry that cannot begin within the deadline is not waited for.
      if (call.deadlineAt !== null && now() + delay >= call.deadlineAt) break;
      await call.sleep(delay, signal);
    }
    if (!failure || !isFallbacksOwn(latest)) failure = latest;
    if (isFinal(latest, index === 0)) break;
    if (latest.code === "context_length_exceeded")
      tooSmall = Math.max(tooSmall ?? 0, target.model.context_tokens ?? 0);
  }
  throw failure ?? new ChatError("internal_error", { logReason: "no_target" });
}

function startAttempt(
  target: Target,
  startedAt: number,
  trace: RequestTrace | undefined,
): PendingAttempt {
  const attempt: Attempt = {
    provider: target.provider.name,
    model: target.model.id,
    outcome: "cancelled",
    duration_ms: 0,
    cost: null,
  };
  const traceparent = trace?.beginAttempt(attempt, startedAt);
  return { attempt, target, startedAt, traceparent, seen: [] };
}

/** Notes how long the attempt under way took, and what was counted before its content. */
export function closePending(call: AttemptCall): void {
  if (!call.pending) return;
  const { attempt, target, startedAt, seen } = call.pending;
  call.pending = null;
  attempt.duration_ms = call.now() - startedAt;
  // The cost of the answer itself is known at its end.
  if (attempt.outcome === "ok") return;
  const counted = usageOf(seen);
  const usage = counted ?? (wasStopped(attempt) ? promptUsage(call.promptTokens()) : null);
  attempt.cost = call.price(target, usage);
  if (!usage) return;
  call.lost.input_tokens += usage.input_tokens;
  call.lost.output_tokens += usage.output_tokens;
  call.lost.isEstimated ||= !counted;
}

function promptUsage(tokens: number): Usage {
  return { input_tokens: tokens, output_tokens: 0, total_tokens: tokens };
}

async function openTarget(
  call: AttemptCall,
  { target, traceparent, seen }: PendingAttempt,
  isLast: boolean,
): Promise<EventStream> {
  call.warn.clear();
  const { provider, model } = target;
  const { stream, requestId, waitUntil } = call;
  const open = (signal: AbortSignal) =>
    callFitted(call.request, target, call.warn, (request, warn, aliases) => {
      const asked = { request, model, stream, warn, requestId, traceparent, waitUntil, signal };
      const opened = provider.open(asked);
      return aliases ? opened.then((answer) => restoreNames(answer, aliases)) : opened;
    });
  if (isLast || !stream) return awaitFirstContent(await open(call.signal), seen, isLast);
  const limit = limitFirstContent(call.signal, call.retry.firstContentMs);
  try {
    return await awaitFirstContent(await open(limit.signal), seen, isLast);
  } finally {
    limit.lift();
  }
}

function usageOf(batches: readonly EventBatch[]): Usage | null {
  let usage: Usage | null = null;
  for (const batch of batches) for (const event of batch) usage = usageAfter(event, usage);
  return usage;
}
