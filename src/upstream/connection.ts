import { abortReason } from "../errors/abort-reason.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { ProviderDeps, UpstreamTimeouts } from "../platform.ts";

/** One connection's abort controller: one per call, since a listener on a signal that outlives it would leak. */
export interface Connection {
  readonly signal: AbortSignal;
  /** Why we ended the call ourselves; undefined while we did not. */
  reason(): ChatError | undefined;
  /** Replaces the running timer by one that ends the call with `upstream_timeout`. */
  limit(milliseconds: number): void;
  /** Replaces the running timer by one that watches a stream. */
  watch(timeouts: UpstreamTimeouts): StreamClock;
  /** The body that is being read. It is cancelled before the call is aborted: Deno, which sees an abort only in a read that waits, would leave the connection open else. */
  reads(body: { cancel(): Promise<unknown> }): void;
  /** Lets go of the timer and the caller's signal; the connection stays. Idempotent. */
  release(): void;
  /** Lets go of everything and closes the connection. Idempotent. */
  close(): void;
}

/** When a stream last showed life; written at each read, looked at by a timer. */
export interface StreamClock {
  lastByteAt: number;
  lastEventAt: number;
}

/** Bound to the caller's signal from the first: a caller who has gone already gets an aborted connection. */
export function createConnection(
  callerSignal: AbortSignal,
  deps: Pick<ProviderDeps, "now">,
): Connection {
  const controller = new AbortController();
  let reason: ChatError | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let body: { cancel(): Promise<unknown> } | undefined;

  function end(error: ChatError): void {
    reason ??= error;
    close();
  }
  function onCallerGone(): void {
    end(abortReason(callerSignal));
  }
  function release(): void {
    clearTimeout(timer);
    callerSignal.removeEventListener("abort", onCallerGone);
  }
  function close(): void {
    release();
    body?.cancel().catch(() => {});
    controller.abort();
  }
  if (callerSignal.aborted) onCallerGone();
  else callerSignal.addEventListener("abort", onCallerGone);

  return {
    signal: controller.signal,
    reason: () => reason,
    limit(milliseconds) {
      clearTimeout(timer);
      timer = setTimeout(() => end(new ChatError("upstream_timeout")), milliseconds);
    },
    watch(timeouts) {
      clearTimeout(timer);
      const startedAt = deps.now();
      const clock: StreamClock = { lastByteAt: startedAt, lastEventAt: startedAt };
      const tickMs = Math.min(
        1000,
        Math.max(10, Math.min(timeouts.idleMs, timeouts.progressMs, timeouts.totalMs) / 4),
      );
      timer = setInterval(() => {
        const now = deps.now();
        if (
          now - clock.lastByteAt >= timeouts.idleMs ||
          now - clock.lastEventAt >= timeouts.progressMs
        ) {
          end(new ChatError("upstream_stalled"));
        } else if (now - startedAt >= timeouts.totalMs) end(new ChatError("upstream_timeout"));
      }, tickMs);
      return clock;
    },
    reads(started) {
      body = started;
    },
    release,
    close,
  };
}
