import { type EventBatch, type EventStream, isTerminal } from "../chat/event.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import { type ReaderWatch, watchReader } from "./watch-reader.ts";

/** Chat events → the text of the stream, batch by batch. */
export interface StreamEncoder {
  /**
   * The text for this batch; "" if it has none in this dialect. Not called again after a terminal
   * event. Throws if its clients would take what is in the batch for something else; the stream
   * then ends with that error.
   */
  encode(batch: EventBatch): string;
  /**
   * How many events it has written, if they have numbers by which a stream can be resumed;
   * undefined if they have none.
   */
  readonly written?: number;
  /** Keeps a silent connection alive; parsers must skip it. */
  readonly heartbeat: string;
}

export interface StreamBodyOptions {
  /** The answer; it may still be opening, and may fail. */
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
  /**
   * Called once, when nothing more will be written: with null after a terminal event, else with the
   * reason why the caller did not get one.
   */
  onFinish(failure: ChatError | null): void;
}

const textEncoder = new TextEncoder();

/**
 * An answer as a response body: one enqueue per batch, driven by the reader's demand.
 *
 * Each runtime shows in a different place that the caller left. Bun and Deno abort the signal and
 * call `cancel`. On workerd only a failed write shows it, hence the heartbeat; sometimes only a
 * queue that is never emptied does, hence the stall check. All of them lead to the one `finish`,
 * which runs once. Deno also aborts the signal of finished requests; `finish` has run by then.
 *
 * A stream whose caller has left is errored: workerd (1.20260730.1) keeps one that stays readable,
 * and all that it refers to, for as long as the isolate lives.
 */
export function createStreamBody(options: StreamBodyOptions): ReadableStream<Uint8Array> {
  const { encoder, callerSignal } = options;
  let source: EventStream | undefined;
  let finished = false;
  let watch: ReaderWatch | undefined;
  let opened: ReadableStreamDefaultController<Uint8Array> | undefined;

  function finish(failure: ChatError | null): void {
    if (finished) return;
    finished = true;
    watch?.stop();
    callerSignal.removeEventListener("abort", onCallerGone);
    options.onFinish(failure);
    if (failure) {
      // The answer may still be opening; it is closed as soon as it is there.
      options.source.then(
        (late) => late.close(),
        () => {},
      );
    }
  }
  function onCallerGone(): void {
    const error = new ChatError("cancelled");
    finish(error);
    opened?.error(error);
  }
  /** Ends the stream with an event that says why. */
  function fail(error: ChatError, controller: ReadableStreamDefaultController<Uint8Array>): void {
    controller.enqueue(textEncoder.encode(encoder.encode([{ type: "error", error }])));
    finish(error);
    controller.close();
  }

  return new ReadableStream<Uint8Array>({
    start(controller) {
      opened = controller;
      if (callerSignal.aborted) {
        onCallerGone();
        return;
      }
      callerSignal.addEventListener("abort", onCallerGone);
      watch = watchReader(controller, {
        heartbeatMs: options.heartbeatMs,
        clientStallMs: options.clientStallMs,
        onSilence: () => controller.enqueue(textEncoder.encode(encoder.heartbeat)),
        // The caller may read on some time later, and must not take a cut answer for a whole one.
        onStall: () => fail(new ChatError("client_stalled"), controller),
      });
    },
    async pull(controller) {
      // A slow reader's queue is full at every tick; what counts is that it asks for more.
      watch?.asked();
      // No further pull follows one that enqueues nothing, so this loops until it has something to
      // write.
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
        let text: string;
        try {
          text = encoder.encode(batch);
        } catch (thrown) {
          fail(toChatError(thrown), controller);
          return;
        }
        if (text !== "") {
          controller.enqueue(textEncoder.encode(text));
          watch?.sent();
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
