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

export type { StreamEncoder };

/** What a dialect may say about an answer besides its events. */
export interface AnswerContext {
  readonly requestId: string;
  readonly request: ChatRequest;
  /** The provider's name and the model as the vendor knows it. Until an attempt succeeded: those of the first target. */
  readonly target: { readonly provider: string; readonly model: string };
  /** The format whose raw events and body the answer carries. */
  readonly format: Format | null;
  readonly warnings: readonly Warning[];
  readonly attempts: readonly Attempt[];
  /** When the answer began, in milliseconds since 1970. */
  readonly startedAt: number;
  cost(usage: Usage | null): Cost | null;
}

export interface EncodedError {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** An API that we speak to callers. */
export interface Dialect {
  readonly name: "chat" | "openai-chat" | "openai-responses" | "anthropic-messages";
  /** The format of the vendor whose API it is: raw events and bodies of this format go out as they came in. */
  readonly format: Format | null;
  /** Where callers of this API put their token. */
  readonly readToken: TokenReader;
  /** Who is meant by a model that neither the caller nor the catalog places: the vendor itself. Null where the caller must say it. */
  readonly defaultProvider: string | null;
  /** Where clients of this API look for the request's id; it is on every answer, beside `x-request-id`. */
  readonly requestIdHeader: string;
  /** The parsed body → a chat request. Throws a ChatError that names the field. */
  decodeRequest(body: unknown, headers: Headers): ChatRequest;
  encodeResponse(response: ChatResponse, context: AnswerContext): unknown;
  /** `context` fills up while the stream runs: read it when an event is encoded, not before. */
  createStreamEncoder(context: AnswerContext): StreamEncoder;
  encodeError(error: ChatError, requestId: string): EncodedError;
}
