import type { AnswerWriter, StopReason } from "../answers/answer-writer.ts";
import type { Answers, KeyUse } from "../answers/answers.ts";
import { type AnswerHead, failedEnding } from "../answers/ending.ts";
import type { Principal } from "../auth/principal.ts";
import type { Call, RequestContext } from "../calls/call.ts";
import { describeEnding, runStream } from "../calls/run-answer.ts";
import type { EventStream } from "../chat/event.ts";
import { foldEvents } from "../chat/fold-events.ts";
import type { Dialect, KeptContext } from "../dialects/dialect.ts";
import { openaiResponsesDialect } from "../dialects/openai-responses/index.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import {
  answerHeaders,
  respondError,
  respondJson,
  respondJsonText,
  respondStream,
} from "../http/respond.ts";
import { isJsonObject } from "../json/json-object.ts";
import { createLiveBody } from "../stream/live-body.ts";
import { observeStream } from "../stream/observe-stream.ts";
import { withDeadline } from "../stream/with-deadline.ts";
import { listInput } from "./continue-conversation.ts";
import { encodeForOne } from "./find-dialect.ts";
import { ownerOf } from "./owner-of.ts";
import { replayAnswer } from "./replay.ts";
import type { Server } from "./server.ts";
import { readKeyUse, type Wish } from "./wish.ts";

/** A call whose answer is kept, from its admission on. */
export interface KeptCall {
  readonly answers: Answers;
  readonly dialect: Dialect;
  readonly wish: Wish;
  readonly request: Request;
  readonly context: RequestContext;
  readonly principal: Principal;
  /** The body as it was sent, for its fingerprint. */
  readonly sent: unknown;
  /** The same with the whole conversation. */
  readonly body: unknown;
  readonly previousId: string | null;
  readonly isStream: boolean;
  /** Opens the call, once it is known that it is to be made. */
  open(kept: KeptContext): Call;
  attempt(call: Call): Promise<EventStream>;
  headersOf(call: Call): Record<string, string>;
}

/** A call that has been opened. */
interface OpenKept extends KeptCall {
  readonly call: Call;
  readonly head: AnswerHead;
  readonly writer: AnswerWriter;
}

/** The answer to a request that wants it kept, or that was sent before with the same key. */
export async function keepOrReplay(kept: KeptCall, server: Server): Promise<Response> {
  const { answers, wish, request, context, principal, sent, isStream, dialect } = kept;
  const { pathname } = new URL(request.url);
  const use = await readKeyUse(wish, pathname, sent, isStream);
  if (use) {
    const id = await answers.claim(ownerOf(principal), use, context.requestId);
    if (id !== null) return replayAnswer({ answers, id, request, principal, dialect }, server);
  }
  return generateKept(kept, use, server);
}

/** Makes the call and keeps its answer. The call may outlive its connection. */
async function generateKept(kept: KeptCall, use: KeyUse | null, server: Server): Promise<Response> {
  const { answers, dialect, wish, context, principal, isStream } = kept;
  const { requestId, startedAt } = context;
  const { isBackground } = wish;
  let stop = (_reason: StopReason) => {};
  const call = kept.open({ previousId: kept.previousId });
  const input = describeInput(kept);
  const head: AnswerHead = {
    requestId,
    dialect: dialect.name,
    isStream,
    isBackground,
    startedAt,
    first: dialect.background?.encodeFirst?.(call.answer),
    ...(input ? { input } : {}),
  };
  let writer: AnswerWriter | undefined;
  try {
    const onStop = (reason: StopReason) => stop(reason);
    writer = await answers.begin(ownerOf(principal), head, use, onStop);
    await call.reserve();
  } catch (thrown) {
    const error = call.fail(thrown);
    await writer?.end(failedEnding(error));
    return respondError(error, dialect, requestId);
  }
  const open: OpenKept = { ...kept, call, head, writer };
  const setRead = (isRead: () => boolean) => {
    stop = createStop(call, isRead);
  };
  setRead(() => false);
  return isStream ? respondStreamed(open, setRead, server) : respondWhole(open);
}

/** A longer conversation cannot be gone on from: it would not fit into a row of a Durable Object. */
const MAX_INPUT_LETTERS = 400_000;

/** What `previous_response_id` will need, if the caller lets it be stored. */
function describeInput({ dialect, body }: KeptCall): unknown[] | undefined {
  if (dialect !== openaiResponsesDialect) return undefined;
  const input = isJsonObject(body) && body.store !== false ? listInput(body) : undefined;
  return input && JSON.stringify(input).length <= MAX_INPUT_LETTERS ? [...input] : undefined;
}

/** What becomes of a call that is stopped from elsewhere, or whose log is lost. */
function createStop(call: Call, isRead: () => boolean): (reason: StopReason) => void {
  return (reason) => {
    if (reason === "cancelled") call.abort(new ChatError("cancelled"));
    else if (isRead()) return;
    else if (reason === "too_large") call.abort(new ChatError("answer_too_large"));
    else call.abort(new ChatError("answer_interrupted"));
  };
}

function respondBackground({ answers, dialect, context, head }: OpenKept): Response {
  const { background } = dialect;
  if (!background) throw new ChatError("internal_error", { logReason: "no_background" });
  const state = background.encodeState({
    head,
    ending: null,
    last: 0,
    isTooLarge: false,
    expiresAt: head.startedAt + answers.ttlMs,
    text: "",
    textLast: 0,
  });
  const headers = { [dialect.requestIdHeader]: context.requestId };
  return respondJson(state, context.requestId, background.status, headers);
}

async function respondStreamed(
  kept: OpenKept,
  setRead: (isRead: () => boolean) => void,
  server: Server,
): Promise<Response> {
  const { dialect, wish, request, context, call, writer } = kept;
  const opening = kept.attempt(call);
  const encoder = dialect.createStreamEncoder(call.answer);
  const hasReader = !wish.isBackground || dialect.background?.streams === true;
  const live = hasReader
    ? createLiveBody({
        ...server.stream,
        heartbeat: encoder.heartbeat,
        callerSignal: request.signal,
        encodeFailure: (error) => encodeForOne(dialect, call.answer, error),
        onGone(reason) {
          if (!wish.goesOn || writer.isTooLarge) call.abort(reason);
        },
      })
    : null;
  setRead(() => live?.isOpen ?? false);
  const ran = runStream({ call, opening, encoder, writer, live });
  // Registered before anything is waited for: workerd drops what is registered once the caller is gone.
  context.waitUntil(ran);
  if (!live) return respondBackground(kept);
  try {
    await withDeadline(opening, server.stream.commitAfterMs);
  } catch (thrown) {
    await live.stream.cancel();
    await ran;
    return respondError(toChatError(thrown), dialect, call.requestId);
  }
  return respondStream(live.stream, call.requestId, kept.headersOf(call));
}

async function respondWhole(kept: OpenKept): Promise<Response> {
  const { dialect, wish, request, context, call, writer } = kept;

  async function answer(): Promise<string> {
    try {
      const stream = await kept.attempt(call);
      const response = await foldEvents(observeStream(stream, call.observe));
      const text = JSON.stringify(dialect.encodeResponse(response, call.answer));
      call.end(null);
      writer.push(text, 1);
      const headers = answerHeaders(dialect, call.answer);
      context.waitUntil(writer.end(describeEnding(call.record, null, true, headers)));
      return text;
    } catch (thrown) {
      const error = call.fail(thrown);
      await writer.end(describeEnding(call.record, error, false));
      throw error;
    }
  }

  const answered = answer();
  context.waitUntil(answered.catch(() => {}));
  if (wish.isBackground) return respondBackground(kept);
  try {
    const text = await (wish.goesOn ? answered : call.whileConnected(request.signal, answered));
    return respondJsonText(text, call.requestId, 200, kept.headersOf(call));
  } catch (thrown) {
    return respondError(toChatError(thrown), dialect, call.requestId);
  }
}
