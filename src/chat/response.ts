import type { JsonObject } from "../json/json-object.ts";
import type { FinishReason, Warning } from "./event.ts";
import type { Extras, Format } from "./format.ts";
import type { Part } from "./part.ts";
import type { Usage } from "./usage.ts";

/** A complete answer: the fold of its events. */
export interface ChatResponse {
  id: string;
  model: string;
  content: Part[];
  finish_reason: FinishReason;
  raw_finish_reason: string | null;
  /** Null if the vendor gave no counts. */
  usage: Usage | null;
  /** Why the vendor declined to answer, if it says so beside the text. */
  refusal?: string;
  extras?: Extras;
  /** The vendor's own body with its format, if the answer was not streamed. */
  body?: { format: Format; value: JsonObject };
}

export type { Warning };
