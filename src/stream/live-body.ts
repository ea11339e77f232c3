import { ChatError } from "../errors/chat-error.ts";
import { type ReaderWatch, type ReaderWatchOptions, watchReader } from "./watch-reader.ts";

export interface LiveBodyOptions extends ReaderWatchOptions {
  /** Keeps a silent connection alive; parsers must skip it. */
  readonly heartbeat: string;
  /** Aborted when the runtime sees the caller leave. */
  readonly callerSignal: AbortSignal;
  /** What a caller who does not read is told at last. */
  encodeFailure(error: ChatError): string;
  /** Called once, if the caller is gone before `close`. */
  onGone(reason: ChatError): void;
}

/** A response body whose text comes from somebody who does not wait for its reader. */
export interface LiveBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** Whether somebody may still read it. */
  readonly isOpen: boolean;
  /** Sends text, now or as soon as the caller has read what is before it. */
  push(text: string): void;
  /** Ends the stream behind what was pushed. */
  close(): void;
  /** Settles when everything pushed has been handed over, or nobody reads any more. */
  drained(): Promise<void>;
}

const textEncoder = new TextEncoder();

/**
 * As in stream-body.ts, each runtime shows in a different place that the caller left: by the
 * signal, by `cancel`, or by a queue that is never emptied. A stream whose caller has left is
 * errored, or workerd would keep it.
 */
export function createLiveBody(options: LiveBodyOptions): LiveBody {
  const { callerSignal } = options;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let pending = "";
  let isOpen = true;
  let isClosing = false;
  let watch: ReaderWatch | undefined;
  let waiting: (() => void)[] = [];

  function finish(): void {
    isOpen = false;
    pending = "";
    watch?.stop();
    callerSignal.removeEventListener("abort", onCallerGone);
    wake();
  }
  function wake(): void {
    if (waiting.length === 0) return;
    const resolves = waiting;
    waiting = [];
    for (const resolve of resolves) resolve();
  }
  function leave(reason: ChatError): void {
    if (!isOpen) return;
    finish();
    if (!isClosing) options.onGone(reason);
  }
  function onCallerGone(): void {
    const error = new ChatError("cancelled");
    leave(error);
    controller?.error(error);
  }
  function send(text: string): void {
    controller?.enqueue(textEncoder.encode(text));
    watch?.sent();
  }
  function flush(): void {
    if (pending !== "") {
      const text = pending;
      pending = "";
      send(text);
    }
    wake();
    if (!isClosing || !isOpen) return;
    finish();
    controller?.close();
  }

  const stream = new ReadableStream<Uint8Array>({
    start(opened) {
      controller = opened;
      if (callerSignal.aborted) {
        onCallerGone();
        return;
      }
      callerSignal.addEventListener("abort", onCallerGone);
      watch = watchReader(opened, options, {
        onSilence: () => send(options.heartbeat),
        onStall() {
          const error = new ChatError("client_stalled");
          send(options.encodeFailure(error));
          leave(error);
          opened.close();
        },
      });
    },
    pull() {
      watch?.asked();
      if (isOpen) flush();
    },
    cancel() {
      onCallerGone();
    },
  });

  return {
    stream,
    get isOpen() {
      return isOpen;
    },
    push(text) {
      if (!isOpen || isClosing) return;
      if (pending === "" && (controller?.desiredSize ?? 0) > 0) send(text);
      else pending += text;
    },
    close() {
      isClosing = true;
      if (isOpen && pending === "") flush();
    },
    drained() {
      if (!isOpen || pending === "") return Promise.resolve();
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
