import type { KeptAnswer } from "../answers/answer-tail.ts";
import type { Answers } from "../answers/answers.ts";
import type { Owner } from "../answers/identify.ts";
import type { Principal } from "../auth/principal.ts";
import { requireScope } from "../calls/authorize.ts";
import type { RequestContext } from "../calls/request-context.ts";
import { encodeAnswerState, encodeReceipt } from "../dialects/chat/answer-state.ts";
import { ChatError } from "../errors/chat-error.ts";
import { eventIdParam, readEventId } from "../http/read-event-id.ts";
import { respondEmpty, respondJson, respondStream } from "../http/respond.ts";
import { followAnswer, RECONNECT } from "./follow-answer.ts";
import { ownerOf } from "./owner-of.ts";
import { isInterrupted, readFrom, readWhole } from "./read-kept.ts";
import type { Server } from "./server.ts";

/** The caller of a route below `/chat/{id}`, and which answer it is about. */
interface Question {
  readonly answers: Answers;
  readonly principal: Principal;
  readonly owner: Owner;
  readonly id: string;
}

const ID = /^\/chat\/([0-9a-f]{32})(?:\/events)?$/;

async function readQuestion(request: Request, server: Server): Promise<Question> {
  const principal = await server.authenticator.authenticate(request);
  requireScope(principal, "chat");
  const id = ID.exec(new URL(request.url).pathname)?.[1];
  if (!server.answers || id === undefined) throw notFound();
  return { answers: server.answers, principal, owner: ownerOf(principal), id };
}

/** The same for an answer that never was, has expired, or is somebody else's. */
export function notFound(): ChatError {
  return new ChatError("not_found", { message: "This answer does not exist, or has expired." });
}

/** `GET /chat/{id}`: what became of an answer, and the answer itself once it is whole. */
export function createShowAnswer(server: Server) {
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    const { answers, owner, id } = await readQuestion(request, server);
    const kept = await readWhole(answers, owner, id);
    if (kept?.head.dialect !== "chat") throw notFound();
    if (kept.isTooLarge && kept.ending) throw new ChatError("answer_too_large");
    return respondJson(encodeAnswerState(kept), requestId);
  };
}

/** `GET /chat/{id}/events`: the stream of an answer from an event on. */
export function createResumeAnswer(server: Server) {
  return async (request: Request, context: RequestContext): Promise<Response> => {
    const { answers, owner, id, principal } = await readQuestion(request, server);
    const after = readEventId(request, { hasQuery: true }) ?? 0;
    let kept: KeptAnswer | null;
    try {
      kept = await readFrom(answers, owner, id, after, eventIdParam(request));
    } catch (thrown) {
      // A browser's EventSource gives up for good at a 503.
      if (!(thrown instanceof ChatError) || thrown.code !== "store_unavailable") throw thrown;
      return respondStream(new Response(RECONNECT).body ?? new ReadableStream(), context.requestId);
    }
    if (kept?.head.dialect !== "chat" || !kept.head.isStream) throw notFound();
    if (kept.isTooLarge) throw new ChatError("answer_too_large");
    const isOver = kept.ending !== null && after >= kept.last;
    if (isOver && !isInterrupted(kept)) return respondEmpty(context.requestId);
    const options = { answers, principal, kept, after, signal: request.signal, comesBack: true };
    return respondStream(await followAnswer(server, options), id);
  };
}

/** How long a cancelled answer may take to end, in milliseconds. */
const CANCEL_MS = 5000;
const LOOK_MS = 500;

/** `DELETE /chat/{id}`: ends an answer, and says what it used until then. */
export function createCancelAnswer(server: Server) {
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    const { answers, owner, id } = await readQuestion(request, server);
    const kept = await cancelAnswer(answers, owner, id, server);
    if (!kept) throw notFound();
    return respondJson(encodeReceipt(kept), requestId, kept.ending ? 200 : 202);
  };
}

/**
 * Asks an answer's server to end it, and waits until it has. Null if there is no such answer. The
 * store passes it on even if that is this server: on Workers one request cannot end another's.
 */
export async function cancelAnswer(
  answers: Answers,
  owner: Owner,
  id: string,
  { platform }: Pick<Server, "platform">,
): Promise<KeptAnswer | null> {
  const giveUpAt = platform.now() + CANCEL_MS;
  let kept = await answers.read(owner, id, Number.MAX_SAFE_INTEGER, 0);
  if (!kept || kept.ending) return kept;
  await answers.cancel(owner, id);
  while (kept && !kept.ending && platform.now() < giveUpAt)
    kept = await answers.read(owner, id, kept.last, LOOK_MS);
  return kept;
}
