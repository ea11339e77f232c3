import type { Attempt } from "../chat/attempt.ts";
import type { FinishReason } from "../chat/event.ts";
import type { Cost } from "../chat/model.ts";
import type { Usage } from "../chat/usage.ts";
import type { ErrorCode } from "../errors/error-codes.ts";

/**
 * One finished call, as plain data: no secret, and nothing of the conversation. Each recorder (log,
 * metrics, ledger, …) gets the same object.
 */
export interface CallRecord {
  readonly requestId: string;
  readonly kind: "generate" | "count_tokens";
  readonly dialect: string;
  readonly subject: string;
  readonly issuer: string;
  /** The target that answered, or else the last one tried; null if there was none. */
  readonly provider: string | null;
  readonly model: string | null;
  /** Whether the caller asked for a stream. */
  readonly stream: boolean;
  /** `ok`, or the code of the error with which the call ended. */
  readonly outcome: "ok" | ErrorCode;
  /** Why, in more detail than callers get; undefined if the outcome says it all. */
  readonly reason: string | undefined;
  readonly finishReason: FinishReason | null;
  /** Null if the call used nothing that is known of. */
  readonly usage: Usage | null;
  /**
   * Who counted: the vendor, or this server by the length of what was delivered, if the vendor did not
   * come to it or never counts.
   */
  readonly usageSource: "provider" | "estimated" | "none";
  /** Null if there is no usage or no price. */
  readonly cost: Cost | null;
  readonly attempts: readonly Attempt[];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds since 1970; null if no content arrived. */
  readonly firstContentAt: number | null;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
}

/** Takes the record of each call once, when it has ended. A promise is drained at shutdown. */
export type Recorder = (record: CallRecord) => void | Promise<void>;
