import { readBearer } from "../../auth/read-token.ts";
import type { Dialect } from "../dialect.ts";
import { encodeError } from "../openai-error.ts";
import { background } from "./background.ts";
import { decodeRequest } from "./decode-request.ts";
import { encodeResponse } from "./encode-response.ts";
import { createStreamEncoder } from "./encode-stream.ts";

/** OpenAI's Responses API, `POST /v1/responses`. */
export const openaiResponsesDialect: Dialect = {
  name: "openai-responses",
  format: "openai_responses",
  readToken: readBearer,
  defaultProvider: "openai",
  requestIdHeader: "x-request-id",
  decodeRequest,
  encodeResponse,
  createStreamEncoder,
  encodeError,
  background,
};
