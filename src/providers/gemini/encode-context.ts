import type { Warning } from "../../chat/event.ts";
import type { ModelInfo } from "../../chat/model.ts";

/** What the encoders know besides the request. */
export interface EncodeContext {
  model: ModelInfo;
  warn(warning: Warning): void;
}

export interface PartContext extends EncodeContext {
  /** The function's name by the id of its call. */
  toolNames: ReadonlyMap<string, string>;
}
