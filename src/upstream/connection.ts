import { abortReason } from "../errors/abort-reason.ts";
import { ChatError } from "../errors/chat-error.ts";
import type { Platform, ProviderDeps, UpstreamTimeouts } from "../platform.ts";

/** The abort controller of one call: a listener on a signal that outlives the call would leak. */
export interface Connection {
  readonly signal: AbortSignal;
  /** Why this server ended the call; undefined if it did not. */
  reason(): ChatError | undefined;
  /** Replaces the running timer by one that ends the call with `upstream_timeout`. */
  limit(milliseconds: number): void;
  /** Replaces the running timer by one that watches a stream. */
  watch(timeouts: UpstreamTimeouts, every: Platform["every"]): StreamClock;
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
  return new CallConnection(callSignal, deps.now);
}

class CallConnection implements Connection, StreamClock {
  lastByteAt = 0;
  lastEventAt = 0;
  readonly #controller = new AbortController();
  readonly #callSignal: AbortSignal;
  readonly #now: () => number;
  readonly #onCallEnded = () => this.#end(abortReason(this.#callSignal));
  #reason: ChatError | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopWatching: (() => void) | undefined;
  #body: { cancel(): Promise<unknown> } | undefined;

  constructor(callSignal: AbortSignal, now: () => number) {
    this.#callSignal = callSignal;
    this.#now = now;
    if (callSignal.aborted) this.#onCallEnded();
    else callSignal.addEventListener("abort", this.#onCallEnded);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  reason(): ChatError | undefined {
    return this.#reason;
  }

  limit(milliseconds: number): void {
    this.#stopTimer();
    this.#timer = setTimeout(() => this.#end(new ChatError("upstream_timeout")), milliseconds);
  }

  watch(timeouts: UpstreamTimeouts, every: Platform["every"]): StreamClock {
    this.#stopTimer();
    const startedAt = this.#now();
    this.lastByteAt = startedAt;
    this.lastEventAt = startedAt;
    const tickMs = Math.min(
      1000,
      Math.max(10, Math.min(timeouts.idleMs, timeouts.progressMs, timeouts.totalMs) / 4),
    );
    this.#stopWatching = every(tickMs, () => {
      const now = this.#now();
      if (
        now - this.lastByteAt >= timeouts.idleMs ||
        now - this.lastEventAt >= timeouts.progressMs
      ) {
        this.#end(new ChatError("upstream_stalled"));
      } else if (now - startedAt >= timeouts.totalMs) this.#end(new ChatError("upstream_timeout"));
    });
    return this;
  }

  reads(started: { cancel(): Promise<unknown> }): void {
    this.#body = started;
  }

  release(): void {
    this.#stopTimer();
    this.#callSignal.removeEventListener("abort", this.#onCallEnded);
  }

  close(): void {
    this.release();
    this.#body?.cancel().catch(() => {});
    this.#controller.abort();
  }

  /** Of the two, only one runs. */
  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#stopWatching?.();
  }

  #end(error: ChatError): void {
    this.#reason ??= error;
    this.close();
  }
}
