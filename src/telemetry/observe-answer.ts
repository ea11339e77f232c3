import {
  type BatchObserver,
  type EventBatch,
  type FinishReason,
  usageAfter,
} from "../chat/event.ts";
import type { Usage } from "../chat/usage.ts";
import { ChatError } from "../errors/chat-error.ts";

/** What is known of an answer after its events have passed. */
export interface AnswerObserver extends BatchObserver {
  usage(): Usage | null;
  /** Letters of text, reasoning and tool arguments that have passed. */
  letters(): number;
  finishReason(): FinishReason | null;
  /** The error with which the answer ended, if it did. */
  error(): ChatError | null;
  /** Milliseconds since 1970; null until the first content. */
  firstContentAt(): number | null;
}

export function createAnswerObserver(now: () => number): AnswerObserver {
  return new EventObserver(now);
}

class EventObserver implements AnswerObserver {
  readonly #now: () => number;
  #usage: Usage | null = null;
  #letters = 0;
  #finishReason: FinishReason | null = null;
  #error: ChatError | null = null;
  #firstContentAt: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  observe(batch: EventBatch): void {
    for (const event of batch) {
      this.#usage = usageAfter(event, this.#usage);
      switch (event.type) {
        case "part-delta":
          this.#firstContentAt ??= this.#now();
          this.#letters += event.delta.length;
          break;
        case "end":
          this.#finishReason = event.finish_reason;
          break;
        case "error":
          this.#error = event.error;
          break;
        case "cancelled":
          this.#error = new ChatError("cancelled");
          break;
        default:
          break;
      }
    }
  }

  usage(): Usage | null {
    return this.#usage;
  }

  letters(): number {
    return this.#letters;
  }

  finishReason(): FinishReason | null {
    return this.#finishReason;
  }

  error(): ChatError | null {
    return this.#error;
  }

  firstContentAt(): number | null {
    return this.#firstContentAt;
  }
}
