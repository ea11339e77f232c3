/**
 * What a runtime provides to the server. No other file knows which runtime it is on, and tests can
 * control all of it.
 */
export interface Platform {
  readonly runtime: "bun" | "workers" | "deno";
  /** Absent if this runtime does not tell. */
  readonly host?: Host;
  /** Every upstream call goes through this. */
  readonly fetch: (input: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since 1970. */
  now(): number;
  /** A new unguessable id: the 32 hexadecimal digits of a UUID. */
  randomId(): string;
  /** From 0 up to, but not including, 1. */
  random(): number;
  /**
   * Runs `callback` about every `milliseconds` until the returned function is called. It is for what
   * each running call has to check: there may be thousands of them.
   */
  every(milliseconds: number, callback: () => void): () => void;
  /** Writes one line of the log. */
  log(line: string): void;
  /** Opens a connection to a Redis or Valkey server; absent if this runtime cannot keep one. */
  connectRedis?(url: string, timeoutMs: number): Promise<RedisConnection>;
}

/** The machine, as vendors' own clients describe it to them, in their words. */
export interface Host {
  readonly runtime: string;
  readonly version: string;
  readonly os: string;
  readonly arch: string;
}

/** A connection that does not mend itself: once a command fails for it, a new one is opened. */
export interface RedisConnection {
  /**
   * Sends one command. Rejects with the server's own words if it refuses, and with any other error if
   * the connection breaks; while the server is silent it may stay pending.
   */
  send(command: string, args: readonly string[]): Promise<unknown>;
  /** Closes at once; what is pending need not settle. */
  close(): void;
}

/** How long an upstream may take, in milliseconds. Every timeout starts anew with each attempt. */
export interface UpstreamTimeouts {
  /** `UPSTREAM_HEADERS_TIMEOUT_MS`: until the headers of a streamed answer. */
  headersMs: number;
  /**
   * `UPSTREAM_ANSWER_TIMEOUT_MS`: until the end of a whole answer, which shows no sign of life
   * before.
   */
  answerMs: number;
  /** `UPSTREAM_IDLE_TIMEOUT_MS`: between two reads of a stream. */
  idleMs: number;
  /**
   * `UPSTREAM_PROGRESS_TIMEOUT_MS`: between two events of a stream; comments and pings don't count.
   */
  progressMs: number;
  /** `UPSTREAM_TOTAL_TIMEOUT_MS`: until the end of a stream. */
  totalMs: number;
}

/** What a provider may use of the outside world. */
export interface ProviderDeps {
  readonly host?: Host | undefined;
  readonly fetch: Platform["fetch"];
  readonly now: Platform["now"];
  readonly randomId: Platform["randomId"];
  readonly every: Platform["every"];
  readonly timeouts: UpstreamTimeouts;
}
