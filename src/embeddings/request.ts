import type { Demand } from "../chat/demand.ts";
import { LETTERS_PER_TOKEN } from "../chat/estimate-tokens.ts";
import type { JsonObject } from "../json/json-object.ts";

/** A text, or its tokens as the model's own tokenizer counts them. */
export type EmbeddingInput = string | readonly number[];

export const VECTOR_ENCODINGS = ["float", "base64"] as const;
/** Vectors as numbers, or as the base64 of 32-bit floats, little-endian. */
export type VectorEncoding = (typeof VECTOR_ENCODINGS)[number];

/** What is to become vectors, in a form that belongs to no vendor. */
export interface EmbeddingRequest {
  /** As the caller names it. */
  readonly model: string;
  /** At least one. */
  readonly inputs: readonly EmbeddingInput[];
  readonly encoding: VectorEncoding;
  /** The length of the vectors, if the caller wants them shorter than the model's own. */
  readonly dimensions?: number;
  /** Who the caller's end user is, for the vendor. */
  readonly user?: string;
  /** Whether the answer only says what the call would do. */
  readonly dryRun: boolean;
  /** Other fields of OpenAI's format, for vendors of that format. */
  readonly extras: JsonObject;
}

/** An embedding has no output. */
export function demandOfEmbeddings({ inputs }: EmbeddingRequest): Demand {
  return { param: "input", inputTokens: () => estimateInputTokens(inputs), maxOutputTokens: 0 };
}

/** A rough count of the tokens of texts; tokens are counted as they are. */
function estimateInputTokens(inputs: readonly EmbeddingInput[]): number {
  let tokens = 0;
  for (const input of inputs)
    tokens +=
      typeof input === "string" ? Math.ceil(input.length / LETTERS_PER_TOKEN) : input.length;
  return tokens;
}
