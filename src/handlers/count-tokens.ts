import { checkMediaUrls } from "../chat/check-media-urls.ts";
import type { Warning } from "../chat/event.ts";
import { partsOf } from "../chat/message.ts";
import type { ChatRequest } from "../chat/request.ts";
import {
  anthropicMessagesDialect,
  decodeCountRequest,
} from "../dialects/anthropic-messages/index.ts";
import { readJsonBody } from "../http/read-json-body.ts";
import { answerHeaders, respondJson } from "../http/respond.ts";
import { fitRequest } from "../routing/fit-request.ts";
import { selectTarget } from "../routing/select-target.ts";
import { createWarningSink } from "../routing/warning-sink.ts";
import type { RequestContext, Server } from "./server.ts";

/** The header that says that the count was estimated here, because the provider does not count without generating. */
const ESTIMATED = { "x-token-count": "estimated" };

/** `POST /v1/messages/count_tokens`. */
export function createCountTokens(server: Server) {
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    await server.authenticator.authenticate(request, anthropicMessagesDialect.readToken);
    const chat = decodeCountRequest(
      await readJsonBody(request, server.bodyLimits),
      request.headers,
    );
    checkMediaUrls(chat.messages);
    const target = selectTarget(chat, server, anthropicMessagesDialect.defaultProvider);
    const { provider, model } = target;
    if (!provider.countTokens) {
      const headers = { ...answerHeaders(anthropicMessagesDialect, requestId), ...ESTIMATED };
      return respondJson({ input_tokens: estimateTokens(chat) }, requestId, 200, headers);
    }

    const controller = new AbortController();
    const onCallerGone = () => controller.abort();
    request.signal.addEventListener("abort", onCallerGone);
    if (request.signal.aborted) onCallerGone();
    server.running.add(controller);
    const warnings: Warning[] = [];
    const warn = createWarningSink(false, warnings);
    try {
      const { input_tokens, body } = await provider.countTokens({
        request: fitRequest(chat, target, warn),
        model,
        stream: false,
        signal: controller.signal,
        warn,
      });
      const counted =
        body && provider.format === anthropicMessagesDialect.format ? body : { input_tokens };
      return respondJson(
        counted,
        requestId,
        200,
        answerHeaders(anthropicMessagesDialect, requestId, warnings),
      );
    } finally {
      server.running.delete(controller);
      request.signal.removeEventListener("abort", onCallerGone);
    }
  };
}

/** Letters to a token, on average, in the languages and in the code that models are mostly given. */
const LETTERS_PER_TOKEN = 4;
/** What an image or a document counts for where nothing better is known. */
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
