import type { Usage } from "../chat/usage.ts";
import type { JsonObject } from "../json/json-object.ts";

/** Numbers, or the base64 of 32-bit floats, little-endian: as the vendor sent it. */
export type Vector = readonly number[] | string;

export interface EmbeddingAnswer {
  /** One for each input, in the order of the inputs. */
  readonly vectors: readonly Vector[];
  /** Null if the vendor reported no counts. */
  readonly usage: Usage | null;
  /**
   * The vendor's whole answer, if it is in OpenAI's format; its `data` is in the order of the
   * inputs.
   */
  readonly body?: JsonObject;
}

/** An embedding has no output. */
export function inputUsage(inputTokens: number): Usage {
  return { input_tokens: inputTokens, output_tokens: 0, total_tokens: inputTokens };
}
