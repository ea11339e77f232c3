import { requireModel, requireScope } from "../calls/authorize.ts";
import { openCall } from "../calls/call.ts";
import type { RequestContext } from "../calls/request-context.ts";
import { openaiEmbeddingsDialect } from "../dialects/openai-embeddings/index.ts";
import { demandOfEmbeddings } from "../embeddings/request.ts";
import { applyDeadlineHeader } from "../http/apply-deadline-header.ts";
import { costHeader } from "../http/cost-header.ts";
import { isRepeat } from "../http/is-repeat.ts";
import { limitHeaders } from "../http/limit-headers.ts";
import { readJsonBody } from "../http/read-json-body.ts";
import { answerHeaders, respondError, respondJson } from "../http/respond.ts";
import { serverTiming } from "../http/server-timing.ts";
import { attemptTargets } from "../routing/attempt-targets.ts";
import { embeddingTarget } from "../routing/embedding-target.ts";
import { describeDryRun } from "./dry-run.ts";
import type { Server } from "./server.ts";

/** `POST /v1/embeddings`: a call like any other, of one target and without output. */
export function createEmbeddings(server: Server) {
  const dialect = openaiEmbeddingsDialect;

  return async function embed(request: Request, context: RequestContext): Promise<Response> {
    const principal = await server.authenticator.authenticate(request, dialect.readToken);
    requireScope(principal, "chat");
    const asked = dialect.decodeRequest(await readJsonBody(request, server.bodyLimits));
    // What embeddings share with a chat: the target, and the time that they may take.
    const shared = applyDeadlineHeader({ model: asked.model, messages: [] }, request.headers);
    const { selection, target, answer } = embeddingTarget(
      asked,
      shared,
      server,
      dialect.defaultProvider,
    );
    requireModel(principal, target);
    const demand = demandOfEmbeddings(asked);
    if (asked.dryRun) {
      const dryRun = { ...selection, targets: [target] as const, request: shared, demand };
      const body = await describeDryRun(dryRun, principal, server, context);
      return respondJson(body, context.requestId);
    }
    const call = openCall(
      {
        kind: "embed",
        context,
        dialect,
        principal,
        isRepeat: isRepeat(request),
        ...selection,
        request: shared,
        targets: [target],
        demand,
      },
      server,
    );
    try {
      await call.reserve();
      await call.whileConnected(request.signal, attemptTargets([target], call));
      const { usage } = answer();
      if (usage) call.observe([{ type: "usage", usage }]);
      const body = dialect.encodeResponse(answer(), asked, call.answer);
      call.end(null);
      return respondJson(body, call.requestId, 200, {
        ...answerHeaders(dialect, call.answer),
        ...serverTiming(call.answer.startedAt, call.attemptedAt, call.now()),
        ...limitHeaders(dialect, call.standings),
        ...costHeader(call.served?.cost),
      });
    } catch (thrown) {
      return respondError(call.fail(thrown), dialect, call.requestId);
    }
  };
}
