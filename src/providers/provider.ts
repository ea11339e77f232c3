import type { EncodeCall } from "../chat/encode-call.ts";
import type { EventStream, Warning } from "../chat/event.ts";
import type { Format } from "../chat/format.ts";
import type { Capability, ModelInfo, Parameter } from "../chat/model.ts";
import type { ToolNameRule } from "../chat/tool-names.ts";
import type { EmbeddingAnswer } from "../embeddings/answer.ts";
import type { EmbeddingRequest } from "../embeddings/request.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { JsonObject } from "../json/json-object.ts";

/** One call of one provider. */
export interface ProviderCall extends EncodeCall {
  /** Aborted when the caller has gone; the upstream call must then stop at once. */
  readonly signal: AbortSignal;
  /**
   * The header of the same name for the vendor; undefined if this server takes no part in traces.
   */
  readonly traceparent?: string | undefined;
}

/** A call that generates an answer. */
export interface AnswerCall extends ProviderCall {
  /** The id in `x-request-id`. */
  readonly requestId: string;
  /**
   * Keeps the runtime alive for work that outlives the answer, such as deleting what was created
   * for it. The promise must not reject.
   */
  waitUntil(work: Promise<unknown>): void;
}

/** A call that turns texts into vectors. */
export interface EmbedCall extends Pick<ProviderCall, "traceparent"> {
  readonly request: EmbeddingRequest;
  /** The model as the vendor names it, whether or not it is in the catalog. */
  readonly model: ModelInfo;
  /** Aborted when the caller has gone; the upstream call must then stop at once. */
  readonly signal: AbortSignal;
  /** Reports what of the request the vendor does not get. */
  warn(warning: Warning): void;
}

/** How many tokens a prompt has. */
export interface TokenCount {
  input_tokens: number;
  /** The vendor's whole answer, for a caller who speaks the same format. */
  body?: JsonObject;
}

/** What is known of a vendor, whether or not it is configured. */
export interface ProviderInfo {
  readonly name: string;
  readonly aliases: readonly string[];
  /** The format of its signatures, extras, raw events and bodies. */
  readonly format: Format | null;
  /**
   * The model if the caller names none (`CLAUDE_DEFAULT_MODEL` and the like); null if the caller
   * must name one.
   */
  readonly defaultModel: string | null;
  readonly capabilities: Readonly<Record<Parameter, Capability>>;
  /** Which names of tools the vendor takes; absent if it takes any, or that depends on the server. */
  readonly toolNames?: ToolNameRule | undefined;
  /** Whether the vendor has models for embeddings. */
  readonly embeds?: true;
}

/** A configured vendor. */
export interface Provider extends ProviderInfo {
  readonly available: true;
  /**
   * Calls the vendor. Rejects with a ChatError if the call fails before the answer begins; after
   * that, a failure is an `error` event.
   */
  open(call: AnswerCall): Promise<EventStream>;
  /**
   * Counts the tokens of the prompt, if the vendor does that without generating. Rejects with a
   * ChatError.
   */
  countTokens?(call: ProviderCall): Promise<TokenCount>;
  /** Turns texts into vectors, if the vendor has models that do. Rejects with a ChatError. */
  embed?(call: EmbedCall): Promise<EmbeddingAnswer>;
}

/** Why a vendor cannot be called. */
export interface Unavailable {
  readonly available: false;
  readonly code: ErrorCode;
  /** What the operator must do. It names variables, never their values. */
  readonly reason: string;
}

/** A vendor that is not configured, or not correctly. */
export interface UnavailableProvider extends ProviderInfo, Unavailable {}

export function unavailable(reason: string, code: ErrorCode = "provider_unavailable"): Unavailable {
  return { available: false, code, reason };
}
