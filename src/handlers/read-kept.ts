import type { KeptAnswer } from "../answers/answer-tail.ts";
import { LEASE_MS } from "../answers/answer-writer.ts";
import type { Answers } from "../answers/answers.ts";
import type { Owner } from "../answers/identify.ts";
import { ChatError } from "../errors/chat-error.ts";
import { refuseEventId } from "../http/read-event-id.ts";

/**
 * How long to wait for the log to reach an event that the reader already has. The writer logs an
 * event just after it sends it; if its lease lapses first, that server is gone.
 */
const CATCH_UP_MS = LEASE_MS + 1000;
const LOOK_MS = 100;

/** All that there is of an answer by now; null if there is no such answer. */
export async function readWhole(
  answers: Answers,
  owner: Owner,
  id: string,
): Promise<KeptAnswer | null> {
  let kept = await answers.read(owner, id, 0, 0);
  if (!kept) return null;
  let { text, textLast } = kept;
  while (textLast < kept.last && !kept.isTooLarge) {
    const more: KeptAnswer | null = await answers.read(owner, id, textLast, 0);
    if (!more) throw new ChatError("answer_expired");
    kept = more;
    text += more.text;
    textLast = more.textLast;
  }
  return { ...kept, text, textLast };
}

/**
 * An answer from an event on; null if there is none. Refuses an event that the answer does not have
 * yet, unless its server is gone: then the reader may know more of it than the log.
 */
export async function readFrom(
  answers: Answers,
  owner: Owner,
  id: string,
  after: number,
  param: string,
): Promise<KeptAnswer | null> {
  let kept = await answers.read(owner, id, after, 0);
  for (let waitedMs = 0; waitedMs < CATCH_UP_MS; waitedMs += LOOK_MS) {
    if (!kept || kept.ending || kept.last >= after) break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    kept = await answers.read(owner, id, after, 0);
  }
  if (kept && after > kept.last && !isInterrupted(kept))
    throw refuseEventId(param, `is ahead of the answer, whose last event is ${kept.last}`);
  return kept;
}

export function isInterrupted({ ending }: Pick<KeptAnswer, "ending">): boolean {
  return ending?.error?.code === "answer_interrupted";
}
