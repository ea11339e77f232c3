import type { EncodeCall } from "../chat/encode-call.ts";
import type { EventStream } from "../chat/event.ts";
import type { Format } from "../chat/format.ts";
import type { Capability, Parameter } from "../chat/model.ts";
import type { ErrorCode } from "../errors/error-codes.ts";
import type { JsonObject } from "../json/json-object.ts";

/** One call of one provider. The request holds only what the provider and the model can take, and no other format's signatures. */
export interface ProviderCall extends EncodeCall {
  readonly requestId: string;
  /** Aborted when the caller has gone; the upstream call must stop at once. */
  readonly signal: AbortSignal;
  /** Keeps the runtime alive for work that outlives the answer, as deleting what was made for it; the promise never rejects. */
  waitUntil(work: Promise<void>): void;
}

export type Availability =
  | { available: true }
  | { available: false; code: ErrorCode; reason: string };

/** How many tokens a prompt has. */
export interface TokenCount {
  input_tokens: number;
  /** The vendor's whole answer, for a caller who speaks the same format. */
  body?: JsonObject;
}

/** A vendor that we call. */
export interface Provider {
  readonly name: string;
  readonly aliases: readonly string[];
  /** The format of its signatures, extras, raw events and bodies. */
  readonly format: Format | null;
  /** The model where the caller names none; null where the caller must. */
  readonly defaultModel: string | null;
  /** Whether it is configured, and if not, what the operator must do (the name of a variable, never its content). */
  readonly availability: Availability;
  readonly capabilities: Readonly<Record<Parameter, Capability>>;
  /** Calls the vendor. Rejects with a ChatError where it fails before it begins to answer; after that a failure is an `error` event. */
  open(call: ProviderCall): Promise<EventStream>;
  /** Counts the tokens of the prompt, where the vendor does that without generating. Rejects with a ChatError. */
  countTokens?(call: ProviderCall): Promise<TokenCount>;
}
