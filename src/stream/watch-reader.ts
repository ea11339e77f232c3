import type { Platform } from "../platform.ts";

export interface ReaderWatchOptions {
  /** `HEARTBEAT_MS`: longest silence towards the caller, in milliseconds. */
  readonly heartbeatMs: number;
  /** `CLIENT_STALL_MS`: how long the caller may leave the stream unread, in milliseconds. */
  readonly clientStallMs: number;
  readonly every: Platform["every"];
}

/** What a body does about a reader who is waited for, or who does not read. */
export interface WatchedBody {
  /** Called when nothing was sent for as long as the heartbeat allows. */
  onSilence(controller: ReadableStreamDefaultController<Uint8Array>): void;
  /** Called once, when the caller has left the stream unread for too long. */
  onStall(controller: ReadableStreamDefaultController<Uint8Array>): void;
}

/** Watches the queue between a body and its reader. */
export interface ReaderWatch {
  /** Something was sent. */
  sent(): void;
  /** The reader asked for more. */
  asked(): void;
  stop(): void;
}

export function watchReader(
  controller: ReadableStreamDefaultController<Uint8Array>,
  options: ReaderWatchOptions,
  body: WatchedBody,
): ReaderWatch {
  return new QueueWatch(controller, options, body);
}

class QueueWatch implements ReaderWatch {
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  readonly #tickMs: number;
  readonly #clientStallMs: number;
  readonly #body: WatchedBody;
  readonly #stopTicks: () => void;
  /** Ticks since something was sent; two ticks are the heartbeat interval. */
  #silentTicks = 0;
  #unreadMs = 0;

  constructor(
    controller: ReadableStreamDefaultController<Uint8Array>,
    { heartbeatMs, clientStallMs, every }: ReaderWatchOptions,
    body: WatchedBody,
  ) {
    this.#controller = controller;
    this.#tickMs = heartbeatMs / 2;
    this.#clientStallMs = clientStallMs;
    this.#body = body;
    this.#stopTicks = every(this.#tickMs, () => this.#tick());
  }

  sent(): void {
    this.#silentTicks = 0;
  }

  asked(): void {
    this.#unreadMs = 0;
  }

  stop(): void {
    this.#stopTicks();
  }

  #tick(): void {
    const hasRoom = (this.#controller.desiredSize ?? 0) > 0;
    this.#unreadMs = hasRoom ? 0 : this.#unreadMs + this.#tickMs;
    if (this.#unreadMs >= this.#clientStallMs) {
      this.stop();
      this.#body.onStall(this.#controller);
      return;
    }
    this.#silentTicks += 1;
    // Behind data that is still unread, a heartbeat would only fill the queue.
    if (this.#silentTicks < 2 || this.#unreadMs > 0) return;
    this.#silentTicks = 0;
    this.#body.onSilence(this.#controller);
  }
}
