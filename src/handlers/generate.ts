import type { Admission } from "../calls/admission.ts";
import { requireScope } from "../calls/authorize.ts";
import { type Call, openCall } from "../calls/call.ts";
import type { RequestContext } from "../calls/request-context.ts";
import type { EventStream } from "../chat/event.ts";
import { foldEvents } from "../chat/fold-events.ts";
import type { Dialect, KeptContext } from "../dialects/dialect.ts";
import { nameError } from "../dialects/name-error.ts";
import { costHeader } from "../http/cost-header.ts";
import { isRepeat } from "../http/is-repeat.ts";
import { limitHeaders } from "../http/limit-headers.ts";
import { answerHeaders, respondError, respondJson, respondStream } from "../http/respond.ts";
import { serverTiming } from "../http/server-timing.ts";
import { lazy } from "../lazy.ts";
import { attemptTargets } from "../routing/attempt-targets.ts";
import { settleWithin } from "../stream/settle-within.ts";
import { createStreamBody } from "../stream/stream-body.ts";
import { chooseTargets } from "./choose-targets.ts";
import { asksToStore } from "./continue-conversation.ts";
import { describeDryRun } from "./dry-run.ts";
import { readKeepOptions } from "./keep-options.ts";
import { readChatRequest } from "./read-chat-request.ts";
import { watchSignatures } from "./recall-signatures.ts";
import type { Server } from "./server.ts";

const loadKept = lazy(() => import("./generate-kept.ts"));

/** A dialect's endpoint that generates an answer: the whole flow of a call, top to bottom. */
export function createGenerate(dialect: Dialect, server: Server) {
  const watchAnswer = watchSignatures(dialect, server.signatures);

  return async function generate(request: Request, context: RequestContext): Promise<Response> {
    const principal = await server.authenticator.authenticate(request, dialect.readToken);
    requireScope(principal, "chat");
    const asking = await readChatRequest(request, principal, dialect, server);
    const chosen = await chooseTargets(asking.asked, principal, dialect, server);
    if (chosen.request.dry_run)
      return respondJson(
        await describeDryRun(chosen, principal, server, context),
        context.requestId,
      );
    const admission: Admission = {
      kind: "generate",
      context,
      dialect,
      principal,
      isRepeat: isRepeat(request),
      watchAnswer,
      ...chosen,
    };
    const attempt = (call: Call) => attemptTargets(chosen.targets, call);
    const isStored = asksToStore(asking.body, dialect, chosen.targets);
    const keep = readKeepOptions(chosen.request, request.headers, server.answers, isStored);
    if (keep) {
      const open = (kept: KeptContext) => openCall({ ...admission, kept }, server);
      const connection = { request, context, principal, dialect };
      const { keepOrReplay } = await loadKept();
      return keepOrReplay({ ...asking, ...connection, keep, open, attempt, headersOf }, server);
    }
    const call = openCall(admission, server);
    try {
      await call.reserve();
      const opening = attempt(call);
      const respond = call.stream ? respondStreamed : respondWhole;
      return await respond(call, opening, request.signal);
    } catch (thrown) {
      const error = nameError(call.fail(thrown), dialect, call.request, call.answer.format);
      return respondError(error, dialect, call.requestId, call.attempts);
    }
  };

  function headersOf(call: Call): Record<string, string> {
    return Object.assign(
      answerHeaders(dialect, call.answer),
      serverTiming(call.answer.startedAt, call.attemptedAt, call.now()),
      limitHeaders(dialect, call.standings),
      // A stream's cost is not known when its headers are sent.
      call.stream ? undefined : costHeader(call.served?.cost),
    );
  }

  async function respondWhole(call: Call, opening: Promise<EventStream>, caller: AbortSignal) {
    const answer = opening.then((stream) => foldEvents(stream, call));
    const response = await call.whileConnected(caller, answer);
    const body = dialect.encodeResponse(response, call.answer);
    call.end(null);
    return respondJson(body, call.requestId, 200, headersOf(call));
  }

  async function respondStreamed(call: Call, opening: Promise<EventStream>, caller: AbortSignal) {
    // A failure has its own HTTP status until the first content arrives or the wait for it ends.
    await call.whileConnected(caller, settleWithin(opening, server.stream.commitAfterMs));
    const stream = createStreamBody({
      call,
      source: opening,
      encoder: dialect.createStreamEncoder(call.answer),
      heartbeatMs: server.stream.heartbeatMs,
      clientStallMs: server.stream.clientStallMs,
      every: server.platform.every,
      callerSignal: caller,
    });
    // An attempt still under way may add warnings; they appear only in the stream's last event.
    return respondStream(stream, call.requestId, headersOf(call));
  }
}
