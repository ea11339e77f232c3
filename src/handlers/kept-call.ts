import type { AnswerWriter, StopReason } from "../answers/answer-writer.ts";
import type { AnswerHead } from "../answers/ending.ts";
import type { Principal } from "../auth/principal.ts";
import type { Call } from "../calls/call.ts";
import type { RequestContext } from "../calls/request-context.ts";
import type { Ended } from "../calls/run-answer.ts";
import type { EventStream } from "../chat/event.ts";
import { encodeReceipt } from "../dialects/chat/answer-state.ts";
import type { Dialect, KeptContext } from "../dialects/dialect.ts";
import { ChatError } from "../errors/chat-error.ts";
import { respondJson } from "../http/respond.ts";
import { isJsonObject } from "../json/json-object.ts";
import { listInput } from "./continue-conversation.ts";
import type { KeepOptions } from "./keep-options.ts";
import type { AskedChat } from "./read-chat-request.ts";
import type { Server } from "./server.ts";

/** A call whose answer is kept, from its admission on. */
export interface KeptCall extends AskedChat {
  readonly dialect: Dialect;
  readonly keep: KeepOptions;
  readonly request: Request;
  readonly context: RequestContext;
  readonly principal: Principal;
  /** Opens the call, once it is known that it is to be made. */
  open(kept: KeptContext): Call;
  attempt(call: Call): Promise<EventStream>;
  headersOf(call: Call): Record<string, string>;
}

/** A call that has been opened. */
export interface OpenKept extends KeptCall {
  readonly call: Call;
  readonly head: AnswerHead;
  readonly writer: AnswerWriter;
}

/**
 * A longer conversation cannot be gone on from: it would not fit into a row of a Durable Object.
 */
const MAX_INPUT_LETTERS = 400_000;

/** What `previous_response_id` will need, if the caller lets it be stored. */
export function describeInput({ dialect, body }: KeptCall): unknown[] | undefined {
  if (dialect.name !== "openai-responses") return undefined;
  const input = isJsonObject(body) && body.store !== false ? listInput(body) : undefined;
  return input && JSON.stringify(input).length <= MAX_INPUT_LETTERS ? [...input] : undefined;
}

/** What becomes of a call that is stopped from elsewhere, or whose log is lost. */
export function createStop(call: Call, isRead: () => boolean): (reason: StopReason) => void {
  return (reason) => {
    if (reason === "cancelled") call.abort(new ChatError("cancelled"));
    else if (isRead()) return;
    else if (reason === "too_large") call.abort(new ChatError("answer_too_large"));
    else call.abort(new ChatError("answer_interrupted"));
  };
}

/** Says that the answer is being made. */
export function respondBackground({ keep, dialect, context, head }: OpenKept): Response {
  const { background } = dialect;
  if (!background) throw new ChatError("internal_error", { logReason: "no_background" });
  const state = background.encodeState({
    head,
    ending: null,
    last: 0,
    isTooLarge: false,
    expiresAt: head.startedAt + keep.answers.ttlMs,
    text: "",
    textLast: 0,
  });
  const headers = { [dialect.requestIdHeader]: context.requestId };
  return respondJson(state, context.requestId, background.status, headers);
}

/** Sends the webhook that the request asks for. */
export async function notify(
  kept: OpenKept,
  { ending, last }: Ended,
  server: Server,
): Promise<void> {
  const { keep, head, writer } = kept;
  if (keep.webhook === null) return;
  const now = server.platform.now();
  const { isTooLarge } = writer;
  const data = encodeReceipt({
    head,
    ending,
    last,
    isTooLarge,
    expiresAt: now + keep.answers.ttlMs,
  });
  const timestamp = new Date(now).toISOString();
  const body = JSON.stringify({ type: `answer.${data.state}`, timestamp, data });
  await server.webhooks.send(keep.webhook, head.requestId, body);
}
