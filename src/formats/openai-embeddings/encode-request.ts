import type { EmbeddingRequest } from "../../embeddings/request.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";

/** `encoding_format` is left out if it is the default: not every server knows it. */
export function encodeRequest(
  { inputs, encoding, dimensions, user, extras }: EmbeddingRequest,
  model: string,
): JsonObject {
  return {
    ...extras,
    model,
    input: inputs,
    ...defined({
      encoding_format: encoding === "float" ? undefined : encoding,
      dimensions,
      user,
    }),
  };
}
