import type { Authenticator } from "../auth/create-authenticator.ts";
import type { CallServices } from "../calls/call.ts";
import type { BodyLimits } from "../http/read-json-body.ts";
import type { Platform } from "../platform.ts";
import type { Provider, UnavailableProvider } from "../providers/provider.ts";

/** What the handlers work with; created once at start. */
export interface Server extends CallServices {
  readonly version: string;
  readonly platform: Platform;
  readonly authenticator: Authenticator;
  readonly providers: readonly (Provider | UnavailableProvider)[];
  readonly bodyLimits: BodyLimits;
  readonly stream: StreamSettings;
  /** Whether the server is about to stop: it then takes no new calls. */
  isDraining(): boolean;
}

export interface StreamSettings {
  /** The longest silence towards a caller, in milliseconds: `HEARTBEAT_MS`. */
  readonly heartbeatMs: number;
  /**
   * How long a streamed answer's status waits for the first content, in milliseconds:
   * `COMMIT_AFTER_MS`.
   */
  readonly commitAfterMs: number;
  /** How long a caller may leave a stream unread, in milliseconds: `CLIENT_STALL_MS`. */
  readonly clientStallMs: number;
}
