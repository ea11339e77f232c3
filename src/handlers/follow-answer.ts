import type { KeptAnswer } from "../answers/answer-tail.ts";
import type { Answers } from "../answers/answers.ts";
import type { Principal } from "../auth/principal.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import { createLiveBody, type LiveBody } from "../stream/live-body.ts";
import { encodeForOne, findDialect, pastContext } from "./find-dialect.ts";
import { ownerOf } from "./owner-of.ts";
import { isInterrupted } from "./read-kept.ts";
import type { Server } from "./server.ts";

/** How long one look into the store may last while nothing comes, in milliseconds. */
const WAIT_MS = 1000;

export interface FollowOptions {
  readonly answers: Answers;
  readonly principal: Principal;
  /** What was read of the answer already, after `after`. */
  readonly kept: KeptAnswer;
  readonly after: number;
  readonly signal: AbortSignal;
  /** Whether the reader comes back by itself if the stream just ends. */
  readonly comesBack: boolean;
}

/** A kept answer as a response body, from an event on, and live until its end. */
export async function followAnswer(
  server: Server,
  options: FollowOptions,
): Promise<ReadableStream<Uint8Array>> {
  const { kept, principal } = options;
  const dialect = await findDialect(kept.head);
  const context = pastContext(kept.head);
  const live = createLiveBody({
    ...server.stream,
    every: server.platform.every,
    heartbeat: dialect.createStreamEncoder(context).heartbeat,
    callerSignal: options.signal,
    encodeFailure: (error) => encodeForOne(dialect, context, error),
    onGone() {},
  });

  async function follow(): Promise<void> {
    try {
      await pushAll(live, options, () => {
        if (server.revocations.isRevoked(principal)) throw new ChatError("revoked");
      });
    } catch (thrown) {
      const error = toChatError(thrown);
      const isPassing = error.code === "store_unavailable" && options.comesBack;
      live.push(isPassing ? RECONNECT : encodeForOne(dialect, context, error));
    }
    live.close();
  }

  void follow();
  return live.stream;
}

/** A browser's EventSource gives up for good at a 503, and comes back after this. */
export const RECONNECT = "retry: 2000\n\n";

async function pushAll(
  live: LiveBody,
  { answers, principal, kept: first, after: from }: FollowOptions,
  checkReader: () => void,
): Promise<void> {
  const owner = ownerOf(principal);
  const { requestId } = first.head;
  let kept: KeptAnswer | null = first;
  let after = from;
  while (live.isOpen) {
    if (!kept) throw new ChatError("answer_expired");
    if (kept.isTooLarge) throw new ChatError("answer_too_large");
    live.push(kept.text);
    after = kept.textLast;
    await live.drained();
    if (kept.ending && after >= kept.last) {
      // The log may have lost events that this reader has, so its terminal event may be no news to
      // them.
      if (from >= kept.last && isInterrupted(kept)) throw new ChatError("answer_interrupted");
      return;
    }
    checkReader();
    kept = await answers.read(owner, requestId, after, WAIT_MS);
  }
}
