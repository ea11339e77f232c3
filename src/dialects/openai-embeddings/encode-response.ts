import type { EmbeddingAnswer } from "../../embeddings/answer.ts";
import { encodeVector } from "../../embeddings/encode-vector.ts";
import type { EmbeddingRequest } from "../../embeddings/request.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { readObjects } from "../../json/narrow.ts";
import type { AnswerContext } from "../dialect.ts";

/**
 * The vectors as OpenAI's clients read them. What a vendor of this format sent besides them goes
 * out as it came in. `usage.cost`, in dollars, is ours, under the name that OpenRouter gives it.
 */
export function encodeResponse(
  { vectors, usage, body }: EmbeddingAnswer,
  { encoding }: Pick<EmbeddingRequest, "encoding">,
  { target, cost }: Pick<AnswerContext, "target" | "cost">,
): JsonObject {
  const items = readObjects(body?.data);
  const data = vectors.map((vector, index) => ({
    object: "embedding",
    index,
    ...items[index],
    embedding: encodeVector(vector, encoding),
  }));
  const counts = isJsonObject(body?.usage)
    ? body.usage
    : { prompt_tokens: usage?.input_tokens ?? 0, total_tokens: usage?.total_tokens ?? 0 };
  const price = cost(usage);
  return {
    object: "list",
    model: target.model,
    ...body,
    data,
    usage: price ? { ...counts, cost: price.total } : counts,
  };
}
