import type { RequestTrace } from "../telemetry/trace.ts";

/** One request on its way through the server. */
export interface RequestContext {
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The path of the request, as this server has it. */
  readonly route?: string | undefined;
  /** Undefined if the server takes no part in traces. */
  readonly trace?: RequestTrace | undefined;
  /** Keeps the runtime alive until the promise settles. */
  waitUntil(promise: Promise<unknown>): void;
}
