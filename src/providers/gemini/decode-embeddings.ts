import { readCount } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { findAnswerError } from "../../formats/answer-error.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { createAnswerError } from "./answer-error.ts";
import type { EmbeddingBatch } from "./encode-embeddings.ts";

export interface DecodedBatch {
  readonly vectors: readonly (readonly number[])[];
  /** Undefined if Google gave no count. */
  readonly inputTokens: number | undefined;
}

/** Google's answer to one of the requests. */
export function decodeEmbeddings(
  answer: JsonObject,
  { verb, count }: Pick<EmbeddingBatch, "verb" | "count">,
): DecodedBatch {
  const items = readItems(answer, verb);
  const error = findAnswerError(answer, items.length > 0);
  if (error) throw createAnswerError(answer, error);
  const vectors = items.map(({ values }) => {
    if (!isVector(values)) throw invalid("embedding");
    return values;
  });
  if (vectors.length !== count) throw invalid("embeddings");
  return { vectors, inputTokens: readTokens(answer, items) };
}

/** The objects that hold the `values`. */
function readItems(answer: JsonObject, verb: EmbeddingBatch["verb"]): JsonObject[] {
  switch (verb) {
    case "batchEmbedContents":
      return Array.isArray(answer.embeddings) ? answer.embeddings.filter(isJsonObject) : [];
    case "embedContent":
      return [answer.embedding].filter(isJsonObject);
    case "predict": {
      const predictions = Array.isArray(answer.predictions) ? answer.predictions : [];
      return predictions
        .filter(isJsonObject)
        .map(({ embeddings }) => embeddings)
        .filter(isJsonObject);
    }
  }
}

/** `usageMetadata`, or of `predict` the statistics of each vector. */
function readTokens(answer: JsonObject, items: readonly JsonObject[]): number | undefined {
  if (isJsonObject(answer.usageMetadata)) return readCount(answer.usageMetadata.promptTokenCount);
  let sum: number | undefined;
  for (const { statistics } of items) {
    const tokens = isJsonObject(statistics) ? readCount(statistics.token_count) : undefined;
    if (tokens !== undefined) sum = (sum ?? 0) + tokens;
  }
  return sum;
}

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
}

function invalid(logReason: string): ChatError {
  return new ChatError("upstream_invalid_response", { logReason });
}
