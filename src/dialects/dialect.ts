import type { KeptAnswer } from "../answers/answer-tail.ts";
import type { TokenReader } from "../auth/read-token.ts";
import type { Attempt } from "../chat/attempt.ts";
import type { Warning } from "../chat/event.ts";
import type { Format } from "../chat/format.ts";
import type { Cost } from "../chat/model.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { ChatResponse } from "../chat/response.ts";
import type { Usage } from "../chat/usage.ts";
import type { ChatError } from "../errors/chat-error.ts";
import type { StreamEncoder } from "../stream/stream-body.ts";

import type { NameParam } from "./caller-paths.ts";

export type { StreamEncoder };

/**
 * What a dialect may report about an answer besides its events. It fills up while the answer
 * arrives, so read it when something is encoded, not before.
 */
export interface AnswerContext {
  readonly requestId: string;
  readonly request: ChatRequest;
  /**
   * The provider's name, and the model as the vendor knows it: of the target that answers, or of
   * the first target until one does.
   */
  readonly target: { readonly provider: string; readonly model: string };
  /** Whether another target than the one that the caller named answers. */
  readonly isFallback: boolean;
  /** `provider/model` of the target that answers; null until one does. */
  readonly servedBy: string | null;
  /**
   * The format of the target that answers, or of the first target until one does; null if its
   * provider has none. Raw events and bodies of the dialect's own format go out as they came in.
   */
  readonly format: Format | null;
  readonly warnings: readonly Warning[];
  /** The indexes of the parts that are calls whose arguments turned out to be no JSON object. */
  readonly brokenCalls: ReadonlySet<number>;
  readonly attempts: readonly Attempt[];
  /** When the request came in, in milliseconds since 1970. */
  readonly startedAt: number;
  cost(usage: Usage | null): Cost | null;
  /** Set if this server keeps the answer, so that its id is the one to ask for it by. */
  readonly kept?: KeptContext | undefined;
}

export interface KeptContext {
  /** The answer that this one goes on from; null if there is none. */
  readonly previousId: string | null;
}

/** What a dialect has to know of the server to read a request. */
export interface DecodeOptions {
  /** Whether it keeps answers. */
  readonly keeps: boolean;
}

export interface EncodedError {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** What errors are written with. */
export type ErrorDialect = Pick<Dialect, "requestIdHeader" | "encodeError">;

/** An API that callers speak. */
export interface Dialect {
  readonly name:
    | "chat"
    | "openai-chat"
    | "openai-responses"
    | "openai-embeddings"
    | "anthropic-messages";
  /**
   * The format of the vendor whose API it is: raw events and bodies of this format go out as they
   * came in.
   */
  readonly format: Format | null;
  /** Where callers of this API put their token. */
  readonly readToken: TokenReader;
  /**
   * Provider for a model that neither the caller nor the catalog assigns to one; null if the caller
   * must name it.
   */
  readonly defaultProvider: string | null;
  /**
   * The header in which clients of this API look for the request's id; on every answer, beside
   * `x-request-id`.
   */
  readonly requestIdHeader: string;
  /** The parsed body → a chat request. Throws a ChatError that names the field. */
  decodeRequest(body: unknown, headers: Headers, options?: DecodeOptions): ChatRequest;
  encodeResponse(response: ChatResponse, context: AnswerContext): unknown;
  /**
   * The encoder must read `context` when it encodes an event, not before. It goes on after
   * `written` events, if there are some.
   */
  createStreamEncoder(context: AnswerContext, written?: number): StreamEncoder;
  /** `attempts`: what was tried before the call failed, for an API that has a place for it. */
  encodeError(error: ChatError, requestId: string, attempts?: readonly Attempt[]): EncodedError;
  /** The path of something in the request, for warnings and errors → the caller's own. */
  readonly nameParam: NameParam;
  /** How its callers ask for an answer in the background; absent if they cannot. */
  readonly background?: Background;
}

/** Answers of a dialect that are made in the background. */
export interface Background {
  /** Of the response that says that an answer is being made. */
  readonly status: number;
  /** Whether `stream` gives its caller the stream at once all the same. */
  readonly streams: boolean;
  /** What is known of an answer before it begins; it is kept with it. */
  encodeFirst?(context: AnswerContext): unknown;
  /** What became of an answer; its text is all of it. */
  encodeState(kept: KeptAnswer): unknown;
}
