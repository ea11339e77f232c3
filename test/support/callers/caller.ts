import type { JsonObject } from "../../../src/json/json-object.ts";

/** The address that a client library calls, and its key. */
export interface Endpoint {
  readonly url: string;
  readonly token: string;
}

/** A tool as every client is given it. */
export interface ToolSpec {
  name: string;
  description: string;
  parameters: JsonObject & { type: "object" };
}

/** One question, in what all clients can say. */
export interface Question {
  model: string;
  prompt: string;
  stream: boolean;
  /** A PNG, as base64. */
  image?: string;
  tools?: readonly ToolSpec[];
  /** The JSON Schema of a structured answer. */
  schema?: JsonObject & { type: "object" };
  /** Asks for reasoning in the client's own way. */
  reasoning?: boolean;
  signal?: AbortSignal;
}

export interface ToldCall {
  id: string;
  name: string;
  arguments: unknown;
}

/** What a client library reported to its user about an answer. */
export interface Told {
  text: string;
  reasoning: string;
  calls: ToldCall[];
  /**
   * In the server's words: `stop`, `length`, `tool_calls`, `content_filter`; what the client says
   * otherwise.
   */
  finish: string;
  usage: { input: number | undefined; output: number | undefined };
}

export interface Turn extends Told {
  /** Sends back what it got, as this client's users do, with a result for each call. */
  reply(result: (call: ToldCall) => string): Promise<Turn>;
}

/** What a client library says of a failure. */
export interface ToldError {
  /** The name of the error's class. */
  kind: string;
  status: number | undefined;
  retryAfter: string | null | undefined;
  requestId: string | null | undefined;
  /** Code or type, as this API tells one. */
  code: string | null | undefined;
}

/**
 * An official client library as its users use it. Rejects if the library reports an error, in
 * mid-stream too.
 */
export interface Caller {
  ask(question: Question): Promise<Turn>;
  readErrorBody(thrown: unknown): ToldError;
  /**
   * The text of an error that came in the midst of a stream. Throws what the library did not make
   * of an error event.
   */
  readStreamError(thrown: unknown): string;
}

export type DialectName = "openai-chat" | "openai-responses" | "anthropic-messages";

export interface CallerKind {
  name: string;
  dialect: DialectName;
  create(endpoint: Endpoint): Caller;
}
