import type { Answers } from "../answers/answers.ts";
import type { Webhooks } from "../answers/webhooks.ts";
import type { Authenticator } from "../auth/create-authenticator.ts";
import type { CallServices } from "../calls/admission.ts";
import type { SignatureMemory } from "../chat/signature-memory.ts";
import type { BodyLimits } from "../http/read-json-body.ts";
import type { ReadAsset } from "../http/respond.ts";
import type { Ledger } from "../ledger/create-ledger.ts";
import type { Platform } from "../platform.ts";
import type { Provider, UnavailableProvider } from "../providers/provider.ts";
import type { Breaker } from "../routing/breaker.ts";
import type { Routes } from "../routing/routes.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** What the handlers work with; created once at start. */
export interface Server extends CallServices {
  readonly version: string;
  readonly platform: Platform;
  readonly authenticator: Authenticator;
  readonly providers: readonly (Provider | UnavailableProvider)[];
  readonly routes: Routes;
  readonly breaker: Breaker;
  readonly bodyLimits: BodyLimits;
  readonly stream: StreamSettings;
  readonly signatures: SignatureMemory;
  /** Null if the operator lets no answers be kept. */
  readonly answers: Answers | null;
  readonly webhooks: Webhooks;
  /** Undefined if the operator wants none, or the runtime cannot keep one. */
  readonly ledger: Ledger | undefined;
  /** Undefined if the pages are not built. */
  readonly readAsset: ReadAsset | undefined;
  /** Undefined on Workers. */
  readonly metrics: Metrics | undefined;
  /** Whether the server is about to stop: it then takes no new calls. */
  isDraining(): boolean;
}

/** Limits of a streamed answer, in milliseconds. */
export interface StreamSettings {
  /** `HEARTBEAT_MS`: longest silence towards the caller. */
  readonly heartbeatMs: number;
  /** `COMMIT_AFTER_MS`: longest wait for the first content before a stream's headers are sent. */
  readonly commitAfterMs: number;
  /** `CLIENT_STALL_MS`: how long the caller may leave a stream unread. */
  readonly clientStallMs: number;
}
