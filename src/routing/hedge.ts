import type { EventStream, Warning } from "../chat/event.ts";
import { abortReason } from "../errors/abort-reason.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import { type AttemptCall, attemptInTurn, closePending, type TargetQueue } from "./attempt.ts";
import { isFinal } from "./is-final.ts";
import type { Target } from "./select-target.ts";
import { createWarningSink } from "./warning-sink.ts";

/** One of two that try the call's targets beside each other. */
interface Contender {
  readonly call: AttemptCall;
  /** Closes what it has open upstream. */
  cancel(): void;
}

/**
 * Tries the targets in turn; if none has brought content after this time, a second contender takes
 * the next target beside the first. The first content wins, and the other contender is cancelled.
 */
export function hedgeTargets(
  targets: readonly Target[],
  call: AttemptCall,
  afterMs: number,
): Promise<EventStream> {
  const queue: TargetQueue = { targets, taken: 0 };
  const { promise, resolve, reject } = Promise.withResolvers<EventStream>();
  const contenders: Contender[] = [];
  let running = 0;
  let isDecided = false;
  const timer = setTimeout(() => {
    if (queue.taken < targets.length) start();
  }, afterMs);

  function start(): void {
    const isFirst = contenders.length === 0;
    const contender = createContender(call);
    contenders.push(contender);
    running += 1;
    attemptInTurn(queue, contender.call).then(
      (stream) => win(contender, stream),
      (thrown) => lose(toChatError(thrown), isFirst),
    );
  }

  function decide(winner?: Contender): void {
    isDecided = true;
    clearTimeout(timer);
    for (const contender of contenders) if (contender !== winner) contender.cancel();
  }

  function win(winner: Contender, stream: EventStream): void {
    if (isDecided) {
      stream.close();
      return;
    }
    decide(winner);
    call.target = winner.call.target;
    call.served = winner.call.served;
    call.warn = winner.call.warn;
    call.warnings = winner.call.warnings;
    resolve(stream);
  }

  function lose(failure: ChatError, isFirst: boolean): void {
    running -= 1;
    if (isDecided || (running > 0 && !isFinal(failure, isFirst))) return;
    decide();
    reject(failure);
  }

  start();
  return promise;
}

function createContender(call: AttemptCall): Contender {
  const controller = new AbortController();
  const warnings: Warning[] = [];
  const own: AttemptCall = {
    ...call,
    signal: controller.signal,
    warn: createWarningSink(call.request.strict ?? false, warnings),
    warnings,
    pending: null,
  };
  function cancel(reason: ChatError): void {
    controller.abort(reason);
    // At once: the call may end, and tell of its attempts, before this one has noticed.
    closePending(own);
  }
  // Both signals last as long as the call.
  const onAbort = () => cancel(abortReason(call.signal));
  if (call.signal.aborted) onAbort();
  else call.signal.addEventListener("abort", onAbort);
  return { call: own, cancel: () => cancel(new ChatError("cancelled")) };
}
