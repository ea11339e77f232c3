import { type EventBatch, type FinishReason, usageAfter } from "../chat/event.ts";
import type { Usage } from "../chat/usage.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

/** What is known of an answer after its events have passed. */
export interface AnswerObserver {
  observe(batch: EventBatch): void;
  usage(): Usage | null;
  /** Letters of text, reasoning and tool arguments that have passed. */
  letters(): number;
  finishReason(): FinishReason | null;
  /** The error with which the answer ended, if it did. */
  errorCode(): ErrorCode | null;
  /** Milliseconds since 1970; null until the first content. */
  firstContentAt(): number | null;
}

export function createAnswerObserver(now: () => number): AnswerObserver {
  let usage: Usage | null = null;
  let letters = 0;
  let finishReason: FinishReason | null = null;
  let errorCode: ErrorCode | null = null;
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
            errorCode = event.error.code;
            break;
          case "cancelled":
            errorCode = "cancelled";
            break;
          default:
            break;
        }
      }
    },
    usage: () => usage,
    letters: () => letters,
    finishReason: () => finishReason,
    errorCode: () => errorCode,
    firstContentAt: () => firstContentAt,
  };
}
