import type { ChatEvent, EventBatch, RawEvent } from "../chat/event.ts";
import type { Format } from "../chat/format.ts";
import type { AnswerContext } from "./dialect.ts";

/** How a dialect encodes the events of an answer. */
export interface EventEncoders {
  /** An event in our own words. `batch` is the one that holds it. */
  encodeOwn(event: ChatEvent, batch: EventBatch): string;
  /** An event that is passed through: the vendor's own, and what the dialect adds to it. */
  encodeRaw(event: ChatEvent): string;
}

/**
 * Encodes batches. An answer that came in the caller's own format is passed through event by event.
 * Failures are always in our own words: the vendor's may name the operator's account.
 */
export function createPassThrough(
  format: Format,
  context: AnswerContext,
  { encodeOwn, encodeRaw }: EventEncoders,
): (batch: EventBatch) => string {
  let passes = false;
  return (batch) => {
    let text = "";
    for (const event of batch) {
      if (event.type === "start") passes = event.raw !== undefined && context.format === format;
      text +=
        passes && event.type !== "error" && event.type !== "cancelled"
          ? encodeRaw(event)
          : encodeOwn(event, batch);
    }
    return text;
  };
}

/**
 * A vendor's event as it came, if there is one. Data of several lines needs a field for each line.
 */
export function encodeRawEvent(raw: RawEvent | undefined): string {
  if (!raw) return "";
  const { event, data } = raw;
  const name = event === "" ? "" : `event: ${event}\n`;
  return `${name}data: ${data.includes("\n") ? data.replaceAll("\n", "\ndata: ") : data}\n\n`;
}
