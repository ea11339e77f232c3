import type { EmbeddingRequest } from "../../embeddings/request.ts";
import { defined } from "../../json/defined.ts";
import { parseBody } from "../parse-body.ts";
import { decodeInput } from "./decode-input.ts";
import { embeddingsBodySchema } from "./request.ts";

/** The parsed body → an embedding request. Throws a ChatError that names the field. */
export function decodeRequest(body: unknown): EmbeddingRequest {
  const {
    model,
    input,
    encoding_format: encoding,
    dimensions,
    user,
    dry_run: dryRun,
    ...extras
  } = parseBody(embeddingsBodySchema, body);
  return {
    model,
    inputs: decodeInput(input),
    encoding: encoding ?? "float",
    ...defined({ dimensions: dimensions ?? undefined, user: user ?? undefined }),
    dryRun: dryRun ?? false,
    extras,
  };
}
