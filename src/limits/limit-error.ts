import { ChatError } from "../errors/chat-error.ts";
import type { Bucket, BucketState } from "./bucket.ts";
import { waitForUnits } from "./gcra.ts";
import { describeStanding, reportStanding } from "./standing.ts";

/** The refusal of a call that would take `amount` more than a bucket has. */
export function createLimitError(
  bucket: Bucket,
  state: BucketState,
  amount: number,
  now: number,
): ChatError {
  const limit = reportStanding(describeStanding(bucket, state, now));
  switch (bucket.kind) {
    case "usd":
      return new ChatError("budget_exceeded", {
        limit,
        message:
          `The call may cost ${amount / 1e6} dollars. Of the budget of ${limit.limit} dollars per ` +
          `${bucket.per}, ${limit.used} are spent and ${limit.reserved} reserved by running calls.`,
      });
    case "concurrent":
      return new ChatError("rate_limited", {
        limit,
        // Nobody knows when one of them ends.
        ...(bucket.limit === 0 ? { retryable: false } : { retryAfterSeconds: 1 }),
        message: `The limit of ${bucket.limit} calls at once per ${bucket.per} is reached.`,
      });
    case "requests":
    case "tokens": {
      const waitMs = waitForUnits(bucket, state.value, amount);
      const size = `${bucket.limit} ${bucket.kind} per ${bucket.per}`;
      if (waitMs === null)
        return new ChatError("rate_limited", {
          limit,
          retryable: false,
          message: `The call needs ${amount} ${bucket.kind}, and the limit is ${size}: ask for less with max_tokens.`,
        });
      return new ChatError("rate_limited", {
        limit,
        retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
        message: `The limit of ${size} is used up for now.`,
      });
    }
  }
}
