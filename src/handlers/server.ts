import type { Authenticator } from "../auth/create-authenticator.ts";
import type { Catalog } from "../catalog/index.ts";
import type { BodyLimits } from "../http/read-json-body.ts";
import type { Platform } from "../platform.ts";
import type { Provider } from "../providers/provider.ts";
import type { RetryPolicy } from "../routing/attempt.ts";
import type { Log } from "../telemetry/log.ts";

/** Everything that the handlers stand on; made once at start. */
export interface Server {
  readonly version: string;
  readonly platform: Platform;
  readonly log: Log;
  readonly authenticator: Authenticator;
  readonly providers: readonly Provider[];
  readonly catalog: Catalog;
  readonly bodyLimits: BodyLimits;
  readonly retry: RetryPolicy;
  readonly stream: StreamSettings;
  /** The calls under way, so that a shutdown can end them. */
  readonly running: Set<AbortController>;
}

/** Limits of a streamed answer, in milliseconds. */
export interface StreamSettings {
  /** `HEARTBEAT_MS`: longest silence towards the caller. */
  heartbeatMs: number;
  /** `COMMIT_AFTER_MS`: longest wait for the first content before a stream's headers are sent. */
  commitAfterMs: number;
  /** `CLIENT_STALL_MS`: how long the caller may leave a stream unread. */
  clientStallMs: number;
}

/** One request on its way through the server. */
export interface RequestContext {
  readonly requestId: string;
  readonly startedAt: number;
  /** Keeps the runtime alive until the promise settles; Workers end everything else with the response. */
  waitUntil(promise: Promise<unknown>): void;
}
