import type { Attempt } from "../chat/attempt.ts";
import type { FinishReason } from "../chat/event.ts";
import type { Cost, Price } from "../chat/model.ts";
import type { Usage } from "../chat/usage.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { RequestTrace } from "./trace.ts";

/**
 * Where the counts of tokens come from: the vendor counted them, this server estimated them (a
 * stream that was cut), or there are none.
 */
export const USAGE_SOURCES = ["provider", "estimated", "none"] as const;
export type UsageSource = (typeof USAGE_SOURCES)[number];

/**
 * One finished call, as plain data: no secret, and nothing of the conversation. Each recorder (log,
 * metrics, ledger, …) gets the same object.
 */
export interface CallRecord {
  readonly requestId: string;
  readonly kind: "generate" | "count_tokens" | "embed";
  readonly dialect: string;
  /** The path of the request, as this server has it. */
  readonly route?: string | undefined;
  readonly subject: string;
  readonly issuer: string;
  /** `ai.tenant` of the token; null if it names none. */
  readonly tenant: string | null;
  /** The target that answered, or else the last one tried; or the first one. */
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
  readonly usageSource: UsageSource;
  /** Of the answer. Null if there is none, or no usage or price of it. */
  readonly cost: Cost | null;
  /** The prices with which `cost` was computed; null if there is no cost. */
  readonly price: Price | null;
  readonly attempts: readonly Attempt[];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** When the first attempt began, in milliseconds since 1970; null if none did. */
  readonly attemptedAt?: number | null;
  /** Milliseconds since 1970; null if no content arrived. */
  readonly firstContentAt: number | null;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  /** The trace that the call belongs to, if the server takes part in traces. */
  readonly trace?: RequestTrace | undefined;
}

/**
 * What the call cost: its answer, and the attempts before or beside it; null if that is not known
 * of any.
 */
export function totalCost(record: Pick<CallRecord, "cost" | "attempts">): Cost | null {
  let total = record.cost;
  for (const { outcome, cost } of record.attempts) {
    if (cost && outcome !== "ok") total = total ? addCosts(total, cost) : cost;
  }
  return total;
}

/** Exact: costs are whole billionths of a dollar. */
function addCosts(one: Cost, other: Cost): Cost {
  const add = (a: number, b: number) => Math.round((a + b) * 1e9) / 1e9;
  return {
    currency: "USD",
    input: add(one.input, other.input),
    output: add(one.output, other.output),
    total: add(one.total, other.total),
  };
}

/** The first attempt that failed; targets that were passed over, or lost a race, did not fail. */
export function firstFailure({ attempts }: CallRecord): Attempt | undefined {
  return attempts.find(
    ({ outcome }) => outcome !== "ok" && outcome !== "skipped" && outcome !== "cancelled",
  );
}

/** Whether the call was answered after a failed attempt, by a retry or by a fallback. */
export function isRescued(record: CallRecord): boolean {
  return (
    record.attempts.some(({ outcome }) => outcome === "ok") && firstFailure(record) !== undefined
  );
}

/** Takes the record of each call once, when it has ended. A promise is drained at shutdown. */
export type Recorder = (record: CallRecord) => void | Promise<void>;
