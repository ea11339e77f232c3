import { abortReason } from "../errors/abort-reason.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { ProviderDeps, UpstreamTimeouts } from "../platform.ts";

/** The abort controller of one call: a listener on a signal that outlives the call would leak. */
export interface Connection {
  readonly signal: AbortSignal;
  /** Why this server ended the call; undefined if it did not. */
  reason(): ChatError | undefined;
  /** Replaces the running timer by one that ends the call with `upstream_timeout`. */
  limit(milliseconds: number): void;
  /** Replaces the running timer by one that watches a stream. */
  watch(timeouts: UpstreamTimeouts): StreamClock;
  /**
   * Sets the body that is being read. It is cancelled before the call is aborted, because Deno
   * notices an abort only during a read and would otherwise leave the connection open.
   */
  reads(body: { cancel(): Promise<unknown> }): void;
  /**
   * Stops the timer and stops listening to the call's signal, but keeps the connection.
   * Idempotent.
   */
  release(): void;
  /** Releases everything and closes the connection. Idempotent. */
  close(): void;
}

/** When a stream last showed life. Each read sets it, and a timer checks it. */
export interface StreamClock {
  lastByteAt: number;
  lastEventAt: number;
}

/**
 * Listens to the call's signal from the start: if the call has already ended, the connection is
 * aborted.
 */
export function createConnection(
  callSignal: AbortSignal,
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
  function onCallEnded(): void {
    end(abortReason(callSignal));
  }
  function release(): void {
    clearTimeout(timer);
    callSignal.removeEventListener("abort", onCallEnded);
  }
  function close(): void {
    release();
    body?.cancel().catch(() => {});
    controller.abort();
  }
  if (callSignal.aborted) onCallEnded();
  else callSignal.addEventListener("abort", onCallEnded);

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
