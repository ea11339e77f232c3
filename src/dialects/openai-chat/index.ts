import { readBearer } from "../../auth/read-token.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import { createNameParam } from "../caller-paths.ts";
import type { Dialect } from "../dialect.ts";
import { openaiErrors } from "../openai-error.ts";
import { decodeRequest } from "./decode-request.ts";
import { encodeResponse } from "./encode-response.ts";
import { createStreamEncoder } from "./encode-stream.ts";

/** OpenAI's Chat Completions, `POST /v1/chat/completions`. */
export const openaiChatDialect: Dialect = {
  name: "openai-chat",
  ...openaiErrors,
  format: FORMAT,
  readToken: readBearer,
  defaultProvider: "openai",
  decodeRequest,
  encodeResponse,
  createStreamEncoder,
  nameParam: createNameParam(
    {
      "reasoning.effort": "reasoning_effort",
      "response_format.schema": "response_format.json_schema.schema",
    },
    FORMAT,
  ),
};
