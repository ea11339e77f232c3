import type { Principal } from "../auth/principal.ts";
import type { Revocations } from "../auth/revocations.ts";
import type { Catalog } from "../catalog/index.ts";
import type { Attempt } from "../chat/attempt.ts";
import type { Demand } from "../chat/demand.ts";
import type { EventBatch } from "../chat/event.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { AnswerContext, Dialect, KeptContext } from "../dialects/dialect.ts";
import type { ChatError } from "../errors/chat-error.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { Platform } from "../platform.ts";
import type { RetryPolicy } from "../routing/attempt.ts";
import type { Target } from "../routing/select-target.ts";
import type { CallRecord } from "../telemetry/call-record.ts";
import type { MeterSettings } from "./meter.ts";
import type { Recording } from "./publish-record.ts";
import type { RequestContext } from "./request-context.ts";

/** What calls need of the server. */
export interface CallServices extends Recording {
  readonly limiter: Limiter;
  readonly revocations: Revocations;
  readonly meter: MeterSettings;
  readonly platform: Pick<Platform, "now" | "random" | "every">;
  readonly catalog: Catalog;
  readonly retry: RetryPolicy;
  /** The calls under way, so that a shutdown can end them. */
  readonly running: Set<RunningCall>;
}

/** A call as a shutdown or a revocation sees it. */
export interface RunningCall {
  /** Whether the caller asked for a stream. */
  readonly stream: boolean;
  readonly principal: Principal;
  /** Aborts the call's signal: its attempts stop, and a stream ends with this error. */
  abort(reason: ChatError): void;
}

/** Makes a function that also looks at an answer's events as they pass. */
export type WatchAnswer = (
  answer: AnswerContext,
  principal: Principal,
) => (batch: EventBatch) => void;

/** A request that may become a call: who asks for what, and who may answer. */
export interface Admission {
  readonly kind: CallRecord["kind"];
  readonly context: RequestContext;
  readonly dialect: Pick<Dialect, "name"> & Partial<Pick<Dialect, "nameParam">>;
  readonly principal: Principal;
  readonly request: ChatRequest;
  /** Default: the request's. */
  readonly demand?: Demand;
  /** Whether the client itself is retrying; its retries must not multiply with the server's. */
  readonly isRepeat?: boolean;
  /** Set if the answer is kept. */
  readonly kept?: KeptContext | undefined;
  readonly watchAnswer?: WatchAnswer | undefined;
  /** In order of preference; at least one. */
  readonly targets: readonly [Target, ...Target[]];
  /** Those that were named but are not tried. */
  readonly skipped: readonly Attempt[];
  /** How long the call may take, in milliseconds. */
  readonly deadlineMs: number | undefined;
  /** After how many milliseconds without content the next target is also tried, in parallel. */
  readonly hedgeAfterMs: number | undefined;
}
