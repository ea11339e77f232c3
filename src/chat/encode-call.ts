import type { Warning } from "./event.ts";
import type { ModelInfo } from "./model.ts";
import type { ChatRequest } from "./request.ts";

/** What an encoder needs from a call to write the vendor's request. */
export interface EncodeCall {
  /** Holds only what the provider and the model can take, and no other format's signatures. */
  readonly request: ChatRequest;
  /** The model as the vendor names it, whether or not it is in the catalog. */
  readonly model: ModelInfo;
  /** Whether the caller wants events as they arrive. */
  readonly stream: boolean;
  /** Reports a change to the caller. In strict mode it throws, so call it before the upstream. */
  warn(warning: Warning): void;
}
