import type { Attempt } from "../chat/attempt.ts";
import type { EventStream } from "../chat/event.ts";
import type { ChatRequest } from "../chat/request.ts";
import { abortReason } from "../errors/abort-reason.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import { awaitFirstContent } from "./await-first-content.ts";
import { fitRequest } from "./fit-request.ts";
import { RETRY_BUDGET_MS, retryDelay } from "./retry-delay.ts";
import type { Target } from "./select-target.ts";
import { sleep } from "./sleep.ts";
import type { WarningSink } from "./warning-sink.ts";

export interface RetryPolicy {
  /** `RETRY_MAX`: how often one target is tried again. */
  readonly maxRetries: number;
  /** Between 0 and 1; for tests. */
  readonly random?: () => number;
  /** For tests. Settles early where the signal is aborted. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface AttemptCall {
  readonly request: ChatRequest;
  readonly stream: boolean;
  readonly requestId: string;
  /** Aborted when the caller has gone or the server stops; its reason may be a ChatError. */
  readonly signal: AbortSignal;
  /** Keeps the runtime alive for what a provider has to do after the answer. */
  waitUntil(work: Promise<void>): void;
  /** Holds the warnings of the attempt under way: each one starts anew. */
  readonly warn: WarningSink;
  /** Every attempt is added here when its outcome is known; `ok` means that the answer began. */
  readonly attempts: Attempt[];
  readonly retry: RetryPolicy;
  now(): number;
}

/** About the request itself, or about us: another target would not make it better. */
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
 * Tries the targets in turn until one begins to answer, each again where that is safe: only before anything of an answer has arrived,
 * for failures that may pass, a few times within ten seconds, never after the caller has gone. Rejects with the last failure.
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
        return await openTarget(target, call);
      } catch (thrown) {
        failure = signal.aborted ? abortReason(signal) : toChatError(thrown);
        attempt.outcome = failure.code;
      } finally {
        attempt.duration_ms = now() - attemptStartedAt;
        attempts.push(attempt);
      }
      const delay =
        retries < retry.maxRetries
          ? retryDelay(failure, retries, retry.random ?? Math.random)
          : null;
      if (delay === null || now() - startedAt + delay > RETRY_BUDGET_MS) break;
      await (retry.sleep ?? sleep)(delay, signal);
    }
    if (FINAL.has(failure.code)) break;
  }
  throw failure ?? new ChatError("internal_error", { logReason: "no_target" });
}

async function openTarget(target: Target, call: AttemptCall): Promise<EventStream> {
  const { warn, stream, requestId, signal, waitUntil } = call;
  warn.clear();
  const request = fitRequest(call.request, target, warn);
  const opened = await target.provider.open({
    request,
    model: target.model,
    stream,
    requestId,
    signal,
    waitUntil,
    warn,
  });
  try {
    return await awaitFirstContent(opened);
  } catch (thrown) {
    opened.close();
    throw thrown;
  }
}
