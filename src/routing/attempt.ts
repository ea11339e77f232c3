import type { Attempt } from "../chat/attempt.ts";
import type { EventStream } from "../chat/event.ts";
import { abortReason } from "../errors/abort-reason.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { Platform } from "../platform.ts";
import type { AnswerCall } from "../providers/provider.ts";
import { awaitFirstContent } from "./await-first-content.ts";
import { fitRequest } from "./fit-request.ts";
import { RETRY_BUDGET_MS, retryDelay } from "./retry-delay.ts";
import type { Target } from "./select-target.ts";
import type { WarningSink } from "./warning-sink.ts";

export interface RetryPolicy {
  /** `RETRY_MAX`: how often one target is tried again. */
  readonly maxRetries: number;
}

/** What the attempts of one call share. */
export interface AttemptCall
  extends Omit<AnswerCall, "model" | "warn">,
    Pick<Platform, "now" | "random"> {
  /** Waits this many milliseconds, or until the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Holds the warnings of the attempt under way; each attempt starts anew. */
  readonly warn: WarningSink;
  /** Every attempt is added here when its outcome is known; `ok` means that the answer began. */
  readonly attempts: Attempt[];
  readonly retry: RetryPolicy;
  /** The target whose answer has begun; null until then. */
  target: Target | null;
}

/** Failures caused by the request or by this server: another target would fail as well. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  "upstream_rejected",
  "upstream_conflict",
  "upstream_gone",
  "request_too_large",
  "cancelled",
  "shutting_down",
  "internal_error",
]);

/**
 * Tries the targets in turn until one begins to answer. A target is tried again if that is safe:
 * only before any content has arrived, for transient failures, a few times within ten seconds, and
 * never after the caller has gone. Rejects with the last failure.
 */
export async function attemptTargets(
  targets: readonly Target[],
  call: AttemptCall,
): Promise<EventStream> {
  const { signal, attempts, retry, now } = call;
  const startedAt = now();
  let failure: ChatError | undefined;

  for (const target of targets) {
    for (let retries = 0; ; retries += 1) {
      if (signal.aborted) throw abortReason(signal);
      const attempt: Attempt = {
        provider: target.provider.name,
        model: target.model.id,
        outcome: "ok",
        duration_ms: 0,
      };
      const attemptStartedAt = now();
      try {
        const answer = await openTarget(target, call);
        call.target = target;
        return answer;
      } catch (thrown) {
        failure = signal.aborted ? abortReason(signal) : toChatError(thrown);
        attempt.outcome = failure.code;
        failure.retried ||= retries > 0;
      } finally {
        attempt.duration_ms = now() - attemptStartedAt;
        attempts.push(attempt);
      }
      const delay = retries < retry.maxRetries ? retryDelay(failure, retries, call.random) : null;
      if (delay === null || now() - startedAt + delay > RETRY_BUDGET_MS) break;
      await call.sleep(delay, signal);
    }
    if (FINAL.has(failure.code)) break;
  }
  throw failure ?? new ChatError("internal_error", { logReason: "no_target" });
}

async function openTarget(target: Target, call: AttemptCall): Promise<EventStream> {
  call.warn.clear();
  const { provider, model } = target;
  const request = fitRequest(call.request, target, call.warn);
  const opened = await provider.open({ ...call, request, model });
  try {
    return await awaitFirstContent(opened);
  } catch (thrown) {
    opened.close();
    throw thrown;
  }
}
