import { readApiKey } from "../../auth/read-token.ts";
import { createNameParam } from "../caller-paths.ts";
import type { Dialect } from "../dialect.ts";
import { decodeRequest } from "./decode-request.ts";
import { anthropicErrors } from "./encode-error.ts";
import { encodeResponse } from "./encode-response.ts";
import { createStreamEncoder } from "./encode-stream.ts";

export { decodeCountRequest } from "./decode-request.ts";

/** Anthropic's Messages API, `POST /v1/messages`. */
export const anthropicMessagesDialect: Dialect = {
  name: "anthropic-messages",
  ...anthropicErrors,
  format: "anthropic",
  readToken: readApiKey,
  defaultProvider: "claude",
  decodeRequest,
  encodeResponse,
  createStreamEncoder,
  nameParam: createNameParam(
    {
      cache: "cache_control",
      parallel_tool_calls: "tool_choice.disable_parallel_tool_use",
      reasoning: "thinking",
      "reasoning.effort": "output_config.effort",
      "reasoning.visible": "thinking.display",
      response_format: "output_config.format",
      stop: "stop_sequences",
    },
    "anthropic",
  ),
};
