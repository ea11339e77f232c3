/** What a runtime hands to the server, so that no other file knows which runtime it is on and every test can hold it. */
export interface Platform {
  readonly runtime: "bun" | "workers" | "deno";
  /** Every upstream call goes through this. */
  readonly fetch: (input: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since 1970. */
  now(): number;
  /** A fresh unguessable id: the 32 hexadecimal digits of a UUID. */
  randomId(): string;
  /** From 0 up to, but not including, 1. */
  random(): number;
  /** Writes one line of the log. */
  log(line: string): void;
}

/** How long an upstream may take, in milliseconds. All of them start anew with each attempt. */
export interface UpstreamTimeouts {
  /** Until the headers of a streamed answer. */
  headersMs: number;
  /** Until a whole answer, which has no sign of life before its end. */
  answerMs: number;
  /** Without a single byte, once a stream began. */
  idleMs: number;
  /** With bytes but without an event (comments and pings only). */
  progressMs: number;
  /** A whole stream. */
  totalMs: number;
}

/** What a provider may use of the world. */
export interface ProviderDeps {
  readonly fetch: Platform["fetch"];
  readonly now: Platform["now"];
  readonly randomId: Platform["randomId"];
  readonly timeouts: UpstreamTimeouts;
}
