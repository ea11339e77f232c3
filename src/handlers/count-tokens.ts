import { type Call, openCall, type RequestContext } from "../calls/call.ts";
import { checkMediaUrls } from "../chat/check-media-urls.ts";
import { partsOf } from "../chat/message.ts";
import type { ChatRequest } from "../chat/request.ts";
import {
  anthropicMessagesDialect,
  decodeCountRequest,
} from "../dialects/anthropic-messages/index.ts";
import { readJsonBody } from "../http/read-json-body.ts";
import { answerHeaders, respondError, respondJson } from "../http/respond.ts";
import type { TokenCount } from "../providers/provider.ts";
import { countTokens } from "../routing/count-tokens.ts";
import { selectTargets } from "../routing/select-target.ts";
import type { Server } from "./server.ts";

/** Set if the count was estimated here, because the provider does not count without generating. */
const ESTIMATED = { "x-token-count": "estimated" };

/** `POST /v1/messages/count_tokens`. */
export function createCountTokens(server: Server) {
  const dialect = anthropicMessagesDialect;

  return async function count(request: Request, context: RequestContext): Promise<Response> {
    const principal = await server.authenticator.authenticate(request, dialect.readToken);
    const body = await readJsonBody(request, server.bodyLimits);
    const chat = decodeCountRequest(body, request.headers);
    checkMediaUrls(chat.messages);
    const targets = selectTargets(chat, server, dialect.defaultProvider);
    const call = openCall(
      { kind: "count_tokens", context, dialect, principal, request: chat, targets },
      server,
    );
    try {
      const counted = await call.whileConnected(request.signal, countTokens(targets[0], call));
      call.end(null);
      return respondCount(call, counted);
    } catch (thrown) {
      return respondError(call.fail(thrown), dialect, call.requestId);
    }
  };

  function respondCount(call: Call, counted: TokenCount | null): Response {
    const headers = answerHeaders(dialect, call.answer);
    if (!counted) {
      const estimate = { input_tokens: estimateTokens(call.request) };
      return respondJson(estimate, call.requestId, 200, { ...headers, ...ESTIMATED });
    }
    const { input_tokens, body } = counted;
    const isOwnFormat = body && call.answer.format === dialect.format;
    return respondJson(isOwnFormat ? body : { input_tokens }, call.requestId, 200, headers);
  }
}

/** Characters per token, on average, in the languages and the code that models usually get. */
const LETTERS_PER_TOKEN = 4;
/** Tokens of an image or a document if nothing better is known. */
const TOKENS_PER_MEDIUM = 1500;

/** A rough count of a prompt's tokens. */
function estimateTokens({ messages, tools }: ChatRequest): number {
  let letters = tools ? JSON.stringify(tools).length : 0;
  let media = 0;
  for (const message of messages) {
    for (const part of partsOf(message)) {
      if (part.type === "image" || part.type === "document") media += 1;
      else
        letters +=
          part.type === "text" || part.type === "reasoning"
            ? part.text.length
            : JSON.stringify(part).length;
    }
  }
  return Math.ceil(letters / LETTERS_PER_TOKEN) + media * TOKENS_PER_MEDIUM;
}
