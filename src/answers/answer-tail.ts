import { ChatError } from "../errors/chat-error.ts";
import type { AnswerStore, Reading } from "./answer-store.ts";
import { type AnswerHead, type Ending, readEnding, readHead } from "./ending.ts";
import type { Seal } from "./seal.ts";
import { skipEvents } from "./skip-events.ts";

export interface TailOptions {
  readonly store: AnswerStore;
  readonly seal: Seal;
  /** The log's name. */
  readonly name: string;
  /** Ends a log whose writer is gone. */
  interrupt(head: AnswerHead, reading: Reading): Promise<void>;
}

/** An answer as it is kept now. */
export interface KeptAnswer {
  readonly head: AnswerHead;
  /** Null while it runs. */
  readonly ending: Ending | null;
  /** The number of its last event. */
  readonly last: number;
  readonly isTooLarge: boolean;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** The text of some events after the asked one. Throws `answer_expired` if they are not there. */
  readonly text: string;
  /** The number of the text's last event. */
  readonly textLast: number;
}

/**
 * Reads a log from an event on, waiting up to this long for more. Null if there is none. Pieces are
 * whole as they were written, so of the first one some events may have to be skipped.
 */
export async function readAnswer(
  { store, seal, name, interrupt }: TailOptions,
  after: number,
  waitMs: number,
): Promise<KeptAnswer | null> {
  const reading = await store.read(name, after, waitMs);
  if (!reading) return null;
  const opened = await seal.open(reading.head, `${name}/head`);
  const head = opened === null ? null : readHead(opened);
  if (!head) throw new ChatError("answer_expired");
  if (reading.isLapsed) {
    await interrupt(head, reading);
    return readAnswer({ store, seal, name, interrupt }, after, 0);
  }
  const { end, last, isDropped, expiresAt } = reading;
  const openedEnd = end === null ? null : await seal.open(end, `${name}/end`);
  const ending = openedEnd === null ? null : readEnding(openedEnd);
  if (end !== null && !ending) throw new ChatError("answer_expired");
  const common = { head, ending, last, isTooLarge: isDropped, expiresAt };
  if (isDropped || after >= last) return { ...common, text: "", textLast: after };
  return { ...common, ...(await openPieces(reading, after, name, seal)) };
}

async function openPieces(
  { pieces }: Reading,
  after: number,
  name: string,
  seal: Seal,
): Promise<Pick<KeptAnswer, "text" | "textLast">> {
  let [text, textLast] = ["", after];
  for (const piece of pieces) {
    const opened = await seal.open(piece.text, `${name}/${piece.after}`);
    if (opened === null || piece.after > textLast) throw new ChatError("answer_expired");
    text += skipEvents(opened, textLast - piece.after);
    textLast = piece.last;
  }
  if (textLast === after) throw new ChatError("answer_expired");
  return { text, textLast };
}
