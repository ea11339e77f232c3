import type { AnswerWriter, StopReason } from "../answers/answer-writer.ts";
import type { KeyUse } from "../answers/answers.ts";
import { type AnswerHead, type Ending, failedEnding } from "../answers/ending.ts";
import { describeEnding, runStream } from "../calls/run-answer.ts";
import { foldEvents } from "../chat/fold-events.ts";
import { nameError } from "../dialects/name-error.ts";
import { type ChatError, toChatError } from "../errors/chat-error.ts";
import { answerHeaders, respondError, respondJsonText, respondStream } from "../http/respond.ts";
import { createLiveBody } from "../stream/live-body.ts";
import { settleWithin } from "../stream/settle-within.ts";
import { encodeForOne } from "./find-dialect.ts";
import { readKeyUse } from "./keep-options.ts";
import {
  createStop,
  describeInput,
  type KeptCall,
  notify,
  type OpenKept,
  respondBackground,
} from "./kept-call.ts";
import { ownerOf } from "./owner-of.ts";
import { replayAnswer } from "./replay.ts";
import type { Server } from "./server.ts";

/** The answer to a request that wants it kept, or that was sent before with the same key. */
export async function keepOrReplay(kept: KeptCall, server: Server): Promise<Response> {
  const { keep, request, context, principal, asked, sent, dialect } = kept;
  const { answers } = keep;
  if (keep.webhook) server.webhooks.check(keep.webhook);
  const { pathname } = new URL(request.url);
  const use = await readKeyUse(keep, pathname, sent, asked.stream ?? false);
  if (use) {
    const id = await answers.claim(ownerOf(principal), use, context.requestId);
    if (id !== null) {
      const { subject } = principal;
      server.log("info", "replay", { request_id: context.requestId, answer: id, subject });
      return replayAnswer({ answers, id, request, principal, dialect }, server);
    }
  }
  return generateKept(kept, use, server);
}

/** Makes the call and keeps its answer. The call may outlive its connection. */
async function generateKept(kept: KeptCall, use: KeyUse | null, server: Server): Promise<Response> {
  const { dialect, keep, context, principal } = kept;
  const isStream = kept.asked.stream ?? false;
  const { requestId, startedAt } = context;
  const { isBackground } = keep;
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
    writer = await keep.answers.begin(ownerOf(principal), head, use, onStop);
    await call.reserve();
  } catch (thrown) {
    const error = nameFailure(call.fail(thrown), { call, dialect });
    await writer?.end(failedEnding(error));
    return respondError(error, dialect, requestId, call.attempts);
  }
  const open: OpenKept = { ...kept, call, head, writer };
  const setRead = (isRead: () => boolean) => {
    stop = createStop(call, isRead);
  };
  setRead(() => !isBackground && !kept.request.signal.aborted);
  return isStream ? respondStreamed(open, setRead, server) : respondWhole(open, server);
}

async function respondStreamed(
  kept: OpenKept,
  setRead: (isRead: () => boolean) => void,
  server: Server,
): Promise<Response> {
  const { dialect, keep, request, context, call, writer } = kept;
  const opening = kept.attempt(call);
  const encoder = dialect.createStreamEncoder(call.answer);
  const hasReader = !keep.isBackground || dialect.background?.streams === true;
  const live = hasReader
    ? createLiveBody({
        ...server.stream,
        every: server.platform.every,
        heartbeat: encoder.heartbeat,
        callerSignal: request.signal,
        encodeFailure: (error) => encodeForOne(dialect, call.answer, error),
        onGone(reason) {
          if (!keep.goesOn || writer.isTooLarge) call.abort(reason);
        },
      })
    : null;
  setRead(() => live?.isOpen ?? false);
  const ran = runStream({
    call,
    opening,
    encoder,
    writer,
    live,
    nameError: (error) => nameFailure(error, kept),
  });
  // Registered before anything is waited for: workerd drops what is registered once the caller is
  // gone.
  context.waitUntil(ran.then((ended) => notify(kept, ended, server)));
  if (!live) return respondBackground(kept);
  try {
    await settleWithin(opening, server.stream.commitAfterMs);
  } catch (thrown) {
    // It rejects if the caller has left meanwhile.
    await live.stream.cancel().catch(() => {});
    await ran;
    return respondFailure(thrown, kept);
  }
  return respondStream(live.stream, call.requestId, kept.headersOf(call));
}

async function respondWhole(kept: OpenKept, server: Server): Promise<Response> {
  const { dialect, keep, request, context, call, writer } = kept;

  async function end(ending: Ending): Promise<void> {
    await writer.end(ending);
    await notify(kept, { ending, last: 0 }, server);
  }

  async function answer(): Promise<string> {
    try {
      const stream = await kept.attempt(call);
      const response = await foldEvents(stream, call);
      const text = JSON.stringify(dialect.encodeResponse(response, call.answer));
      call.end(null);
      writer.push(text, 1);
      const headers = answerHeaders(dialect, call.answer);
      context.waitUntil(end(describeEnding(call.record, null, true, headers)));
      return text;
    } catch (thrown) {
      const error = nameFailure(call.fail(thrown), kept);
      const ending = describeEnding(call.record, error, false);
      await writer.end(ending);
      context.waitUntil(notify(kept, { ending, last: 0 }, server));
      throw error;
    }
  }

  const answered = answer();
  context.waitUntil(answered.catch(() => {}));
  if (keep.isBackground) return respondBackground(kept);
  try {
    const text = await (keep.goesOn ? answered : call.whileConnected(request.signal, answered));
    return respondJsonText(text, call.requestId, 200, kept.headersOf(call));
  } catch (thrown) {
    return respondFailure(thrown, kept);
  }
}

/** The error by the caller's own path. */
function nameFailure(error: ChatError, { call, dialect }: Pick<OpenKept, "call" | "dialect">) {
  return nameError(error, dialect, call.request, call.answer.format);
}

/** The failure of a call whose answer has not begun. */
function respondFailure(thrown: unknown, kept: OpenKept): Response {
  const { call, dialect } = kept;
  const error = nameFailure(toChatError(thrown), kept);
  return respondError(error, dialect, call.requestId, call.attempts);
}
