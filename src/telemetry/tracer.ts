import type { ChatError } from "../errors/chat-error.ts";
import type { Platform } from "../platform.ts";
import type { Recorder } from "./call-record.ts";
import type { TelemetryConfig } from "./env.ts";
import type { Log } from "./log.ts";
import type { RequestTrace } from "./trace.ts";

/** A request that was refused before it was a call. */
export interface Refusal {
  readonly trace: RequestTrace;
  readonly requestId: string;
  /** The path as this server has it; undefined if it has no such path. */
  readonly route: string | undefined;
  readonly error: ChatError;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** What a tracer needs of the server. */
export interface TracerServices {
  readonly platform: Pick<Platform, "runtime" | "fetch" | "now" | "randomId">;
  readonly log: Log;
  /** Where limits are kept. */
  readonly store: string;
  /** `METRICS_IDENTITIES`: whom the spans name. */
  readonly identities: TelemetryConfig["METRICS_IDENTITIES"];
}

export type CreateTracer = (services: TracerServices) => Tracer;

/** Tells a collector of requests and calls. */
export interface Tracer {
  /** Called for each request; `waitUntil` keeps the runtime alive. */
  begin(request: Request, requestId: string): RequestTrace;
  readonly record: Recorder;
  /** The promise, if there is one, settles once the collector has it. */
  refused(refusal: Refusal): Promise<void> | undefined;
  /** Sends what is left. */
  close(): Promise<void>;
}
