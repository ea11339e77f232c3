import type { KeptAnswer } from "../answers/answer-tail.ts";
import type { Answers } from "../answers/answers.ts";
import type { Principal } from "../auth/principal.ts";
import { requireScope } from "../calls/authorize.ts";
import type { RequestContext } from "../calls/request-context.ts";
import { decodeKeptId } from "../dialects/openai-responses/answer-id.ts";
import { encodeState } from "../dialects/openai-responses/background.ts";
import { ChatError } from "../errors/chat-error.ts";
import { refuseEventId } from "../http/read-event-id.ts";
import { respondJson, respondStream } from "../http/respond.ts";
import { cancelAnswer, notFound } from "./answers.ts";
import { followAnswer } from "./follow-answer.ts";
import { ownerOf } from "./owner-of.ts";
import { readFrom, readWhole } from "./read-kept.ts";
import type { Server } from "./server.ts";

const STARTING_AFTER = "starting_after";

interface Question {
  readonly answers: Answers;
  readonly principal: Principal;
  readonly id: string;
}

async function readQuestion(request: Request, server: Server): Promise<Question> {
  const principal = await server.authenticator.authenticate(request);
  requireScope(principal, "chat");
  const [, , , name = ""] = new URL(request.url).pathname.split("/");
  const id = decodeKeptId(name);
  if (!server.answers || id === undefined) throw notFound();
  return { answers: server.answers, principal, id };
}

function checkKind(kept: KeptAnswer | null): KeptAnswer {
  if (kept?.head.dialect !== "openai-responses") throw notFound();
  return kept;
}

/** `GET /v1/responses/{id}`: the response as it is now, or its events with `?stream=true`. */
export function createShowResponse(server: Server) {
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    const question = await readQuestion(request, server);
    const { answers, principal, id } = question;
    const { searchParams } = new URL(request.url);
    if (searchParams.get("stream") === "true")
      return streamResponse(question, searchParams.get(STARTING_AFTER), request, server);
    const kept = checkKind(await readWhole(answers, ownerOf(principal), id));
    if (kept.isTooLarge && kept.ending) throw new ChatError("answer_too_large");
    return respondJson(encodeState(kept), requestId);
  };
}

async function streamResponse(
  { answers, principal, id }: Question,
  startingAfter: string | null,
  request: Request,
  server: Server,
): Promise<Response> {
  if (startingAfter !== null && !/^\d{1,15}$/.test(startingAfter))
    throw refuseEventId(STARTING_AFTER, "must be a sequence number: a whole number");
  // Its events are numbered from 0.
  const after = startingAfter === null ? 0 : Number(startingAfter) + 1;
  const found = await readFrom(answers, ownerOf(principal), id, after, STARTING_AFTER);
  const kept = checkKind(found);
  if (!kept.head.isStream)
    throw new ChatError("invalid_request", {
      param: "stream",
      message: "stream: this response was created without stream, so it has no events.",
    });
  if (kept.isTooLarge) throw new ChatError("answer_too_large");
  const options = { answers, principal, kept, after, signal: request.signal, comesBack: false };
  return respondStream(await followAnswer(server, options), id);
}

/** `POST /v1/responses/{id}/cancel`: ends it, and gives the response as it is then. */
export function createCancelResponse(server: Server) {
  return async (request: Request, { requestId }: RequestContext): Promise<Response> => {
    const { answers, principal, id } = await readQuestion(request, server);
    const owner = ownerOf(principal);
    checkKind(await answers.read(owner, id, Number.MAX_SAFE_INTEGER, 0));
    await cancelAnswer(answers, owner, id, server);
    const kept = checkKind(await readWhole(answers, owner, id));
    return respondJson(encodeState(kept), requestId);
  };
}
