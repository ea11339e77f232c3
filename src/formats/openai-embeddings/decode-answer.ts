import { readCount } from "../../chat/usage.ts";
import { type EmbeddingAnswer, inputUsage, type Vector } from "../../embeddings/answer.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { createInBandError, findAnswerError } from "../answer-error.ts";

/** The vendor's answer to this many inputs. The order of its `data` may be any. */
export function decodeAnswer(body: JsonObject, count: number): EmbeddingAnswer {
  const { data, usage } = body;
  const error = findAnswerError(body, Array.isArray(data));
  if (error) throw createInBandError(error);
  if (!Array.isArray(data) || data.length !== count) throw invalid("data");
  const items: JsonObject[] = [];
  const vectors: Vector[] = [];
  data.forEach((item: unknown, position) => {
    if (!isJsonObject(item) || !isVector(item.embedding)) throw invalid("embedding");
    const index = readCount(item.index) ?? position;
    if (index >= count || vectors[index] !== undefined) throw invalid("index");
    vectors[index] = item.embedding;
    items[index] = item;
  });
  const tokens = isJsonObject(usage)
    ? (readCount(usage.prompt_tokens) ?? readCount(usage.total_tokens))
    : undefined;
  return {
    vectors,
    usage: tokens === undefined ? null : inputUsage(tokens),
    body: { ...body, data: items },
  };
}

function isVector(value: unknown): value is Vector {
  return typeof value === "string"
    ? value !== ""
    : Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
}

function invalid(logReason: string): ChatError {
  return new ChatError("upstream_invalid_response", { logReason });
}
