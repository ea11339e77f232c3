import type { Attempt } from "../chat/attempt.ts";
import type { Limiter } from "../limits/limiter.ts";

/** An attempt that is part of a trace. */
export interface TracedAttempt {
  readonly attempt: Attempt;
  /** 16 hexadecimal digits; the vendor has it as the parent of its own work. */
  readonly spanId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** A request as a part of a trace (https://www.w3.org/TR/trace-context/). */
export interface RequestTrace {
  /** 32 hexadecimal digits: the caller's, or else the request's own id. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** The caller's span; null if it named none. */
  readonly parentId: string | null;
  /** Whether its spans are kept. */
  readonly isSampled: boolean;
  readonly method: string;
  readonly scheme: string;
  readonly attempts: readonly TracedAttempt[];
  /** Notes that an attempt begins. Returns the `traceparent` that its vendor gets. */
  beginAttempt(attempt: Attempt, startedAt: number): string;
  /** The same limiter, whose work for this request is a part of the trace. */
  watch(limiter: Limiter): Limiter;
}
