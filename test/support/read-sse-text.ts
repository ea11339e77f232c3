import * as z from "zod";

/** One event of a stream of the native dialect, read without the server's own code. */
export interface StreamedEvent {
  event: string;
  id: string;
  data: Record<string, unknown>;
}

export interface StreamedText {
  events: StreamedEvent[];
  /** How many blocks were nothing but comments. */
  comments: number;
}

const dataSchema = z.record(z.string(), z.unknown());

/**
 * Reads a whole stream of the native dialect, strictly: LF line ends, one line of JSON in each
 * event, nothing after the last blank line.
 */
export function readSseText(text: string): StreamedText {
  const result: StreamedText = { events: [], comments: 0 };
  if (text === "") return result;
  if (!text.endsWith("\n\n"))
    throw new Error(
      `the stream does not end with a blank line: ${JSON.stringify(text.slice(-80))}`,
    );
  for (const block of text.slice(0, -2).split("\n\n")) {
    if (block.startsWith(":") && !block.includes("\n")) {
      result.comments += 1;
      continue;
    }
    const fields = /^event: (?<event>[a-z-]+)\nid: (?<id>\d+)\ndata: (?<data>[^\n]*)$/.exec(
      block,
    )?.groups;
    if (!fields) throw new Error(`not an event of this dialect: ${JSON.stringify(block)}`);
    const { event = "", id = "", data = "" } = fields;
    result.events.push({ event, id, data: dataSchema.parse(JSON.parse(data)) });
  }
  return result;
}
