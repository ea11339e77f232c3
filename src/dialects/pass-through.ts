import type { ChatEvent, EventBatch, RawEvent } from "../chat/event.ts";
import type { Format } from "../chat/format.ts";
import { createRenameModel, type RenameModel } from "./answer-model.ts";
import type { AnswerContext } from "./dialect.ts";

/** A vendor's event as it came, but for the model's name; empty if there is none. */
export type WriteRaw = (raw: RawEvent | undefined) => string;

/** How a dialect encodes the events of an answer. */
export interface EventEncoders {
  /** An event in our own words. `batch` is the one that holds it. */
  encodeOwn(event: ChatEvent, batch: EventBatch): string;
  /**
   * An event that is passed through: the vendor's own, by `write`, and what the dialect adds to it.
   */
  encodeRaw(event: ChatEvent, write: WriteRaw): string;
  /**
   * Whether clients can read this vendor's events, by the first of them; if not, all are in our own
   * words.
   */
  isReadable?(first: RawEvent): boolean;
}

/**
 * Encodes batches. An answer that came in the caller's own format is passed through event by event.
 * Failures are always in our own words: the vendor's may name the operator's account.
 */
export function createPassThrough(
  format: Format,
  context: AnswerContext,
  { encodeOwn, encodeRaw, isReadable = () => true }: EventEncoders,
): (batch: EventBatch) => string {
  let passes = false;
  let rename: RenameModel | undefined;
  const write: WriteRaw = (raw) =>
    raw ? writeRaw(raw.event, rename ? rename(raw.data) : raw.data) : "";
  return (batch) => {
    let text = "";
    for (const event of batch) {
      if (event.type === "start") {
        const { raw } = event;
        passes = raw !== undefined && context.format === format && isReadable(raw);
        rename = passes ? createRenameModel(event.model, context) : undefined;
      }
      text +=
        passes && event.type !== "error" && event.type !== "cancelled"
          ? encodeRaw(event, write)
          : encodeOwn(event, batch);
    }
    return text;
  };
}

/**
 * A vendor's event with the warnings as a field of the object that `begin` finds. Only text is
 * inserted, since it may hold the whole answer.
 */
export function addWarnings(
  raw: RawEvent,
  begin: RegExp,
  { warnings }: Pick<AnswerContext, "warnings">,
): RawEvent {
  if (warnings.length === 0) return raw;
  const field = `"warnings":${JSON.stringify(warnings)},`;
  return { ...raw, data: raw.data.replace(begin, (found) => found + field) };
}

/** Data of several lines needs a field for each. */
function writeRaw(event: string, data: string): string {
  const name = event === "" ? "" : `event: ${event}\n`;
  return `${name}data: ${data.includes("\n") ? data.replaceAll("\n", "\ndata: ") : data}\n\n`;
}
