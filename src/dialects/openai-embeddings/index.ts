import { readBearer } from "../../auth/read-token.ts";
import type { EmbeddingAnswer } from "../../embeddings/answer.ts";
import type { EmbeddingRequest } from "../../embeddings/request.ts";
import type { JsonObject } from "../../json/json-object.ts";
import type { AnswerContext, Dialect } from "../dialect.ts";
import { openaiErrors } from "../openai-error.ts";
import { decodeRequest } from "./decode-request.ts";
import { encodeResponse } from "./encode-response.ts";

/** An API for embeddings that callers speak. */
export interface EmbeddingDialect
  extends Pick<
    Dialect,
    "name" | "readToken" | "defaultProvider" | "requestIdHeader" | "encodeError"
  > {
  /** The parsed body → an embedding request. Throws a ChatError that names the field. */
  decodeRequest(body: unknown): EmbeddingRequest;
  encodeResponse(
    answer: EmbeddingAnswer,
    request: EmbeddingRequest,
    context: AnswerContext,
  ): JsonObject;
}

/** OpenAI's Embeddings, `POST /v1/embeddings`. */
export const openaiEmbeddingsDialect: EmbeddingDialect = {
  name: "openai-embeddings",
  ...openaiErrors,
  readToken: readBearer,
  defaultProvider: "openai",
  decodeRequest,
  encodeResponse,
};
