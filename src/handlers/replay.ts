import type { KeptAnswer } from "../answers/answer-tail.ts";
import type { Answers } from "../answers/answers.ts";
import { restoreError } from "../answers/ending.ts";
import type { Principal } from "../auth/principal.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { ChatError } from "../errors/chat-error.ts";
import { eventIdParam, readEventId } from "../http/read-event-id.ts";
import { respondError, respondJson, respondJsonText, respondStream } from "../http/respond.ts";
import { followAnswer } from "./follow-answer.ts";
import { ownerOf } from "./owner-of.ts";
import { readFrom, readWhole } from "./read-kept.ts";
import type { Server } from "./server.ts";

const WAIT_MS = 1000;
const REPLAYED = { "idempotency-replayed": "true" };

export interface Replay {
  readonly answers: Answers;
  /** The answer's. */
  readonly id: string;
  readonly request: Request;
  readonly principal: Principal;
  readonly dialect: Dialect;
}

/** The answer to a request that was sent before: that of the first one, which may still run. */
export async function replayAnswer(replay: Replay, server: Server): Promise<Response> {
  const { answers, id, request, principal, dialect } = replay;
  const owner = ownerOf(principal);
  // The events of other dialects have no ids that come back in this header.
  const after = dialect.name === "chat" ? (readEventId(request, { hasQuery: false }) ?? 0) : 0;
  const { head, ending, isTooLarge } = await awaitFirst(replay, server);
  const headers = { ...ending?.headers, [dialect.requestIdHeader]: head.requestId, ...REPLAYED };
  const { background } = dialect;
  if (head.isBackground && background && !(head.isStream && background.streams)) {
    const whole = await readWhole(answers, owner, id);
    if (!whole) throw new ChatError("answer_expired");
    return respondJson(background.encodeState(whole), id, background.status, headers);
  }
  if (ending?.error && !ending.hasContent) {
    const response = respondError(restoreError(ending.error), dialect, id);
    response.headers.set("idempotency-replayed", "true");
    return response;
  }
  if (isTooLarge) throw new ChatError("answer_too_large");
  if (!head.isStream) {
    const whole = await readWhole(answers, owner, id);
    if (!whole) throw new ChatError("answer_expired");
    return respondJsonText(whole.text, id, 200, headers);
  }
  const kept = await readFrom(answers, owner, id, after, eventIdParam(request));
  if (!kept) throw new ChatError("answer_expired");
  const { signal } = request;
  const options = { answers, principal, kept, after, signal, comesBack: false };
  return respondStream(await followAnswer(server, options), id, headers);
}

/**
 * Waits as the first caller did: for a whole answer, or for a stream's first content, because until
 * then a failure has its own status.
 */
async function awaitFirst({ answers, id, request, principal }: Replay, server: Server) {
  const { now } = server.platform;
  const commitAt = now() + server.stream.commitAfterMs;
  for (;;) {
    const kept: KeptAnswer | null = await answers.read(ownerOf(principal), id, 0, WAIT_MS);
    if (!kept) throw new ChatError("answer_expired");
    const { head, ending, last } = kept;
    if (ending || head.isBackground) return kept;
    if (head.isStream && (last > 0 || now() >= commitAt)) return kept;
    if (request.signal.aborted) throw new ChatError("cancelled");
  }
}
