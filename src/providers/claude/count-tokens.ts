import { readCount } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { createInBandError, findAnswerError } from "../../formats/answer-error.ts";
import type { JsonObject } from "../../json/json-object.ts";
import type { ProviderCall, TokenCount } from "../provider.ts";
import { encodeCountRequest } from "./encode-request.ts";
import { readErrorBody } from "./read-error.ts";
import type { ClaudeTransport } from "./transport.ts";

/** The number of tokens in the prompt of this call, counted by Anthropic. */
export async function countTokens(
  call: ProviderCall,
  transport: ClaudeTransport,
): Promise<TokenCount> {
  let answer: JsonObject = {};
  const request = transport.limit(encodeCountRequest(call, transport), call.warn);
  const stream = await transport.open("count_tokens", request, {
    stream: false,
    signal: call.signal,
    format: null,
    createAnswerDecoder: () => ({
      decodeMessage() {},
      decodeEnd() {},
      decodeBody(body) {
        const error = findAnswerError(body, "input_tokens" in body);
        if (error) throw createInBandError(error);
        answer = body;
      },
    }),
    readErrorBody,
  });
  stream.close();
  const count = readCount(answer.input_tokens);
  if (count === undefined) throw new ChatError("upstream_invalid_response", { logReason: "count" });
  return { input_tokens: count, body: answer };
}
