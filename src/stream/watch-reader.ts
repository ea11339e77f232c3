/** What a body does about a reader who is waited for, or who does not read. */
export interface ReaderWatchOptions {
  /** `HEARTBEAT_MS`: longest silence towards the caller, in milliseconds. */
  readonly heartbeatMs: number;
  /** `CLIENT_STALL_MS`: how long the caller may leave the stream unread, in milliseconds. */
  readonly clientStallMs: number;
  /** Called when nothing was sent for as long as the heartbeat allows. */
  onSilence(): void;
  /** Called once, when the caller has left the stream unread for too long. */
  onStall(): void;
}

export interface ReaderWatch {
  /** Something was sent. */
  sent(): void;
  /** The reader asked for more. */
  asked(): void;
  stop(): void;
}

/** Watches the queue between a body and its reader, by one timer. */
export function watchReader(
  controller: ReadableStreamDefaultController<Uint8Array>,
  options: ReaderWatchOptions,
): ReaderWatch {
  const tickMs = options.heartbeatMs / 2;
  /** Ticks since something was sent; two ticks are the heartbeat interval. */
  let silentTicks = 0;
  let unreadMs = 0;
  const timer = setInterval(() => {
    unreadMs = (controller.desiredSize ?? 0) > 0 ? 0 : unreadMs + tickMs;
    if (unreadMs >= options.clientStallMs) {
      clearInterval(timer);
      options.onStall();
      return;
    }
    silentTicks += 1;
    // Behind data that is still unread, a heartbeat would only fill the queue.
    if (silentTicks < 2 || unreadMs > 0) return;
    silentTicks = 0;
    options.onSilence();
  }, tickMs);
  return {
    sent() {
      silentTicks = 0;
    },
    asked() {
      unreadMs = 0;
    },
    stop: () => clearInterval(timer),
  };
}
