import {
  type BatchObserver,
  type EventBatch,
  type EventStream,
  isTerminal,
} from "../chat/event.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import {
  type ReaderWatch,
  type ReaderWatchOptions,
  type WatchedBody,
  watchReader,
} from "./watch-reader.ts";

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

/** The call whose answer is streamed. */
export interface StreamedCall extends BatchObserver {
  /**
   * Called once, when nothing more will be written: with null after a terminal event, else with the
   * reason why the caller did not get one.
   */
  end(failure: ChatError | null): void;
}

export interface StreamBodyOptions extends ReaderWatchOptions {
  readonly call: StreamedCall;
  /** The answer; it may still be opening, and may fail. */
  readonly source: Promise<EventStream>;
  readonly encoder: StreamEncoder;
  /** Aborted when the runtime sees the caller leave. */
  readonly callerSignal: AbortSignal;
}

const textEncoder = new TextEncoder();

/** An answer as a response body. */
export function createStreamBody(options: StreamBodyOptions): ReadableStream<Uint8Array> {
  return new ReadableStream(new AnswerBody(options));
}

/**
 * One enqueue per batch, driven by the reader's demand.
 *
 * Each runtime shows in a different place that the caller left. Bun and Deno abort the signal and
 * call `cancel`. On workerd only a failed write shows it, hence the heartbeat; sometimes only a
 * queue that is never emptied does, hence the stall check. All of them lead to `#finish`, which
 * runs once. Deno also aborts the signal of finished requests; `#finish` has run by then.
 *
 * A stream whose caller has left is errored: workerd (1.20260730.1) keeps one that stays readable,
 * and all that it refers to, for as long as the isolate lives.
 */
class AnswerBody implements UnderlyingDefaultSource<Uint8Array>, WatchedBody {
  readonly #options: StreamBodyOptions;
  readonly #onCallerGone = () => this.cancel();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #source: EventStream | undefined;
  #watch: ReaderWatch | undefined;
  #isFinished = false;

  constructor(options: StreamBodyOptions) {
    this.#options = options;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { callerSignal } = this.#options;
    this.#controller = controller;
    if (callerSignal.aborted) {
      this.cancel();
      return;
    }
    callerSignal.addEventListener("abort", this.#onCallerGone);
    this.#watch = watchReader(controller, this.#options, this);
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { call, encoder, source } = this.#options;
    // A slow reader's queue is full at every tick; what counts is that it asks for more.
    this.#watch?.asked();
    // No further pull follows one that enqueues nothing, so this loops until it has something to
    // write.
    for (;;) {
      let batch: EventBatch | null;
      try {
        this.#source ??= await source;
        batch = await this.#source.read();
      } catch (thrown) {
        batch = [{ type: "error", error: toChatError(thrown) }];
      }
      if (this.#isFinished) return;
      if (batch === null) {
        this.#finish(null);
        controller.close();
        return;
      }
      call.observe(batch);
      let text: string;
      try {
        text = encoder.encode(batch);
      } catch (thrown) {
        this.#fail(toChatError(thrown), controller);
        return;
      }
      if (text !== "") {
        controller.enqueue(textEncoder.encode(text));
        this.#watch?.sent();
      }
      if (isTerminal(batch[batch.length - 1])) {
        this.#finish(null);
        controller.close();
        return;
      }
      if (text !== "") return;
    }
  }

  cancel(): void {
    const error = new ChatError("cancelled");
    this.#finish(error);
    this.#controller?.error(error);
  }

  onSilence(controller: ReadableStreamDefaultController<Uint8Array>): void {
    controller.enqueue(textEncoder.encode(this.#options.encoder.heartbeat));
  }

  /** The caller may read on some time later, and must not take a cut answer for a whole one. */
  onStall(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#fail(new ChatError("client_stalled"), controller);
  }

  /** Ends the stream with an event that says why. */
  #fail(error: ChatError, controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { encoder } = this.#options;
    controller.enqueue(textEncoder.encode(encoder.encode([{ type: "error", error }])));
    this.#finish(error);
    controller.close();
  }

  #finish(failure: ChatError | null): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    const { call, callerSignal, source } = this.#options;
    this.#watch?.stop();
    callerSignal.removeEventListener("abort", this.#onCallerGone);
    call.end(failure);
    if (failure) {
      // The answer may still be opening; it is closed as soon as it is there.
      source.then(
        (late) => late.close(),
        () => {},
      );
    }
  }
}
