import type { Principal } from "../auth/principal.ts";
import type { ChatRequest } from "../chat/request.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { checkCallersUrls } from "../dialects/name-error.ts";
import { applyDeadlineHeader } from "../http/apply-deadline-header.ts";
import { readJsonBody } from "../http/read-json-body.ts";
import { continueConversation, findPrevious } from "./continue-conversation.ts";
import type { Server } from "./server.ts";

/** What a caller asks for. */
export interface AskedChat {
  readonly asked: ChatRequest;
  /** The body as it was sent. */
  readonly sent: unknown;
  /** The same with the whole conversation, if it goes on from an answer that was kept. */
  readonly body: unknown;
  /** The id of that answer; null if there is none. */
  readonly previousId: string | null;
}

/**
 * A request of a dialect → a chat request. Rejects with a ChatError that names the caller's field.
 */
export async function readChatRequest(
  request: Request,
  principal: Principal,
  dialect: Dialect,
  { answers, bodyLimits }: Server,
): Promise<AskedChat> {
  const sent = await readJsonBody(request, bodyLimits);
  const previousId = answers && findPrevious(sent, dialect);
  const body =
    answers && previousId !== null
      ? await continueConversation(sent, previousId, dialect, answers, principal)
      : sent;
  const decoded = dialect.decodeRequest(body, request.headers, { keeps: answers !== null });
  const asked = applyDeadlineHeader(decoded, request.headers);
  checkCallersUrls(asked, dialect);
  return { asked, sent, body, previousId };
}
