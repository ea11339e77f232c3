import { type EventBatch, type FinishReason, usageAfter } from "../chat/event.ts";
import type { Usage } from "../chat/usage.ts";
import { ChatError } from "../errors/chat-error.ts";

/** What is known of an answer after its events have passed. */
export interface AnswerObserver {
  observe(batch: EventBatch): void;
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
  let usage: Usage | null = null;
  let letters = 0;
  let finishReason: FinishReason | null = null;
  let error: ChatError | null = null;
  let firstContentAt: number | null = null;

  return {
    observe(batch) {
      for (const event of batch) {
        usage = usageAfter(event, usage);
        switch (event.type) {
          case "part-delta":
            firstContentAt ??= now();
            letters += event.delta.length;
            break;
          case "end":
            finishReason = event.finish_reason;
            break;
          case "error":
            error = event.error;
            break;
          case "cancelled":
            error = new ChatError("cancelled");
            break;
          default:
            break;
        }
      }
    },
    usage: () => usage,
    letters: () => letters,
    finishReason: () => finishReason,
    error: () => error,
    firstContentAt: () => firstContentAt,
  };
}
