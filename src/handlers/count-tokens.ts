import { authorize, requireScope } from "../calls/authorize.ts";
import { type Call, openCall } from "../calls/call.ts";
import type { RequestContext } from "../calls/request-context.ts";
import { estimateTokens } from "../chat/estimate-tokens.ts";
import {
  anthropicMessagesDialect,
  decodeCountRequest,
} from "../dialects/anthropic-messages/index.ts";
import { checkCallersUrls, nameError } from "../dialects/name-error.ts";
import { readJsonBody } from "../http/read-json-body.ts";
import { answerHeaders, respondError, respondJson } from "../http/respond.ts";
import type { TokenCount } from "../providers/provider.ts";
import { countTokens } from "../routing/count-tokens.ts";
import { selectTargets } from "../routing/select-targets.ts";
import type { Server } from "./server.ts";

/** Set if the count was estimated here, because the provider does not count without generating. */
const ESTIMATED = { "x-token-count": "estimated" };

/** `POST /v1/messages/count_tokens`. */
export function createCountTokens(server: Server) {
  const dialect = anthropicMessagesDialect;

  return async function count(request: Request, context: RequestContext): Promise<Response> {
    const principal = await server.authenticator.authenticate(request, dialect.readToken);
    requireScope(principal, "chat");
    const body = await readJsonBody(request, server.bodyLimits);
    const asked = decodeCountRequest(body, request.headers);
    checkCallersUrls(asked, dialect);
    const selected = selectTargets(asked, server, dialect.defaultProvider);
    const { targets } = authorize(principal, asked, selected.targets);
    const call = openCall(
      { kind: "count_tokens", context, dialect, principal, ...selected, request: asked, targets },
      server,
    );
    try {
      const counted = await call.whileConnected(request.signal, countTokens(targets[0], call));
      call.end(null);
      return respondCount(call, counted);
    } catch (thrown) {
      const error = nameError(call.fail(thrown), dialect, call.request, call.answer.format);
      return respondError(error, dialect, call.requestId);
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
