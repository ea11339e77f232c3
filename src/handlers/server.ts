import type { Authenticator } from "../auth/create-authenticator.ts";
import type { Catalog } from "../catalog/index.ts";
import type { BodyLimits } from "../http/read-json-body.ts";
import type { Platform } from "../platform.ts";
import type { Provider, UnavailableProvider } from "../providers/provider.ts";
import type { RetryPolicy } from "../routing/attempt.ts";
import type { Log } from "../telemetry/log.ts";

/** Everything that the handlers stand on; made once at start. */
export interface Server {
  readonly version: string;
  readonly platform: Platform;
  readonly log: Log;
  readonly authenticator: Authenticator;
  readonly providers: readonly (Provider | UnavailableProvider)[];
  readonly catalog: Catalog;
  readonly bodyLimits: BodyLimits;
  readonly retry: RetryPolicy;
  readonly stream: StreamSettings;
  /** The calls under way, so that a shutdown can end them. */
  readonly running: Set<AbortController>;
}

export interface StreamSettings {
  /** Longest silence towards a caller, in milliseconds. */
  heartbeatMs: number;
  /** After this long without anything to say, the headers of a streamed answer go out, in milliseconds. */
  commitAfterMs: number;
  /** How long a caller may leave a stream unread, in milliseconds. */
  clientStallMs: number;
}

/** One request on its way through the server. */
export interface RequestContext {
  readonly requestId: string;
  readonly startedAt: number;
  /** Keeps the runtime alive until the promise settles; Workers end everything else with the response. */
  waitUntil(promise: Promise<unknown>): void;
}
