import type { RawEvent } from "../chat/event.ts";

/** A vendor's event as it came; data of several lines was written in several `data` fields. */
export function encodeRawEvent({ event, data }: RawEvent): string {
  const name = event === "" ? "" : `event: ${event}\n`;
  return `${name}data: ${data.includes("\n") ? data.replaceAll("\n", "\ndata: ") : data}\n\n`;
}
