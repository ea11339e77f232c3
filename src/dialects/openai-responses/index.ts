import { readBearer } from "../../auth/read-token.ts";
import { createNameParam } from "../caller-paths.ts";
import type { Dialect } from "../dialect.ts";
import { openaiErrors } from "../openai-error.ts";
import { background } from "./background.ts";
import { decodeRequest } from "./decode-request.ts";
import { encodeResponse } from "./encode-response.ts";
import { createStreamEncoder } from "./encode-stream.ts";

/** OpenAI's Responses API, `POST /v1/responses`. */
export const openaiResponsesDialect: Dialect = {
  name: "openai-responses",
  ...openaiErrors,
  format: "openai_responses",
  readToken: readBearer,
  defaultProvider: "openai",
  decodeRequest,
  encodeResponse,
  createStreamEncoder,
  nameParam: createNameParam(
    {
      max_tokens: "max_output_tokens",
      response_format: "text.format",
      "reasoning.visible": "reasoning.summary",
      cache: "prompt_cache_key",
    },
    "openai_responses",
  ),
  background,
};
