import { type EventBatch, type EventStream, isTerminal } from "../chat/event.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";

/** Chat events → the text of the stream, batch by batch. */
export interface StreamEncoder {
  /** The text for this batch; "" where it says nothing in this dialect. After a terminal event it is not called again. */
  encode(batch: EventBatch): string;
  /** What keeps a silent connection alive; a parser must skip it. */
  readonly heartbeat: string;
}

export interface StreamBodyOptions {
  /** The answer; it may still be on its way, and fail. */
  source: Promise<EventStream>;
  encoder: StreamEncoder;
  /** `HEARTBEAT_MS`: longest silence towards the caller, in milliseconds. */
  heartbeatMs: number;
  /** `CLIENT_STALL_MS`: how long the caller may leave the stream unread, in milliseconds. */
  clientStallMs: number;
  /** Aborted when the runtime sees the caller leave. */
  callerSignal: AbortSignal;
  /** Sees every batch before it is encoded. */
  onBatch(batch: EventBatch): void;
  /** Called once, when nothing more will be written: null after a terminal event, else why the caller did not get one. */
  onFinish(failure: ChatError | null): void;
}

const textEncoder = new TextEncoder();

/**
 * An answer as the body of a response: one enqueue for each batch, driven by the reader's demand.
 *
 * The caller's leaving shows in a different place on each runtime (Bun and Deno: the signal and `cancel`; workerd: only a failed
 * write, hence the heartbeat, and sometimes nothing but a queue that is never emptied, hence the stall check), so all of them lead
 * to the one `finish`, which runs once. Deno aborts the signal of finished requests too; `finish` has run by then.
 */
export function createStreamBody(options: StreamBodyOptions): ReadableStream<Uint8Array> {
  const { encoder, callerSignal } = options;
  let source: EventStream | undefined;
  let finished = false;
  let timer: ReturnType<typeof setInterval> | undefined;
  /** Ticks since something was sent; two of them are a heartbeat's time. */
  let silentTicks = 0;
  let unreadMs = 0;

  function finish(failure: ChatError | null): void {
    if (finished) return;
    finished = true;
    clearInterval(timer);
    callerSignal.removeEventListener("abort", onCallerGone);
    options.onFinish(failure);
    if (failure) {
      // The answer may still be opening; whatever comes of it is closed as soon as it is there.
      options.source.then(
        (late) => late.close(),
        () => {},
      );
    }
  }
  function onCallerGone(): void {
    finish(new ChatError("cancelled"));
  }

  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (callerSignal.aborted) {
        onCallerGone();
        return;
      }
      callerSignal.addEventListener("abort", onCallerGone);
      const tickMs = options.heartbeatMs / 2;
      timer = setInterval(() => {
        unreadMs = (controller.desiredSize ?? 0) > 0 ? 0 : unreadMs + tickMs;
        if (unreadMs >= options.clientStallMs) {
          finish(new ChatError("client_stalled"));
          controller.error(new Error("client stalled"));
          return;
        }
        silentTicks += 1;
        if (silentTicks < 2) return;
        controller.enqueue(textEncoder.encode(encoder.heartbeat));
        silentTicks = 0;
      }, tickMs);
    },
    async pull(controller) {
      // A pull that enqueues nothing would never be followed by another, so it goes on until it has something to write.
      for (;;) {
        let batch: EventBatch | null;
        try {
          source ??= await options.source;
          batch = await source.read();
        } catch (thrown) {
          batch = [{ type: "error", error: toChatError(thrown) }];
        }
        if (finished) return;
        if (batch === null) {
          finish(null);
          controller.close();
          return;
        }
        options.onBatch(batch);
        const text = encoder.encode(batch);
        if (text !== "") {
          controller.enqueue(textEncoder.encode(text));
          silentTicks = 0;
        }
        if (isTerminal(batch[batch.length - 1])) {
          finish(null);
          controller.close();
          return;
        }
        if (text !== "") return;
      }
    },
    cancel() {
      onCallerGone();
    },
  });
}
