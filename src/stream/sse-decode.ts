/** One message of a Server-Sent Events stream (WHATWG HTML, 9.2.6). */
export interface SseMessage {
  /** The `event` field; "" if the message has none. */
  event: string;
  data: string;
  /**
   * The latest `id` of the stream so far, for resuming it with `Last-Event-ID`; absent if there was
   * none.
   */
  id?: string;
}

/**
 * Longest line accepted, in UTF-16 units. No model's answer has a longer one; unlimited, it would
 * fill the memory.
 */
const MAX_LINE_LENGTH = 8 * 1024 * 1024;

/** How much is kept of the lines outside of events, in UTF-16 units. */
const MAX_LEFTOVER_LENGTH = 64 * 1024;

export class SseLineTooLongError extends Error {
  override readonly name = "SseLineTooLongError";
}

export interface SseDecoder {
  /**
   * The messages that these bytes complete. An incomplete last message waits for more bytes, and is
   * dropped at the end, as the standard says.
   */
  decode(bytes: Uint8Array): SseMessage[];
  /**
   * The text outside of events so far: a vendor whose stream breaks may write a bare JSON error
   * into it.
   */
  leftover(): string;
}

/**
 * Bytes → messages. Lines end in LF, CR or CRLF. Bytes that are not UTF-8 become U+FFFD. A leading
 * byte order mark is dropped.
 */
export function createSseDecoder(): SseDecoder {
  const decoder = new TextDecoder();
  let rest = "";
  let event = "";
  let data: string | undefined;
  let id: string | undefined;
  let skipLineFeed = false;
  let leftover = "";

  function readLine(line: string, messages: SseMessage[]): void {
    if (line === "") {
      if (data !== undefined)
        messages.push(id === undefined ? { event, data } : { event, data, id });
      event = "";
      data = undefined;
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    if (field !== "data" && field !== "event" && field !== "id") {
      if (field !== "retry" && leftover.length < MAX_LEFTOVER_LENGTH) leftover += `${line}\n`;
      return;
    }
    // One space after the colon is syntax; a second one belongs to the value.
    const value =
      colon === -1 ? "" : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    if (field === "event") event = value;
    else if (field === "id") id = value.includes("\0") ? id : value;
    else data = data === undefined ? value : `${data}\n${value}`;
  }

  function checkLength(): void {
    if (rest.length > MAX_LINE_LENGTH || (data !== undefined && data.length > MAX_LINE_LENGTH))
      throw new SseLineTooLongError();
  }

  function decode(bytes: Uint8Array): SseMessage[] {
    const messages: SseMessage[] = [];
    let text = decoder.decode(bytes, { stream: true });
    if (text === "") return messages;
    if (skipLineFeed) {
      // The previous bytes ended in CR; an LF that follows belongs to the same line end.
      if (text.charCodeAt(0) === 0x0a) text = text.slice(1);
      skipLineFeed = false;
    }
    const hasCarriageReturn = text.includes("\r");
    if (!hasCarriageReturn && !text.includes("\n")) {
      // A piece within a line. It is searched only once the line ends: flattening the joined string
      // after each piece would copy it each time, and a line of 8 MiB in small pieces would take a
      // minute of CPU.
      rest += text;
      checkLength();
      return messages;
    }
    // Only the new text is searched for line ends.
    const searchFrom = rest.length;
    const buffer = rest === "" ? text : rest + text;
    let lineStart = 0;
    let lineFeed = buffer.indexOf("\n", searchFrom);
    let carriageReturn = hasCarriageReturn ? buffer.indexOf("\r", searchFrom) : -1;
    while (lineFeed !== -1 || carriageReturn !== -1) {
      const endsInLineFeed =
        carriageReturn === -1 || (lineFeed !== -1 && lineFeed < carriageReturn);
      const lineEnd = endsInLineFeed ? lineFeed : carriageReturn;
      const nextLine =
        !endsInLineFeed && lineFeed === carriageReturn + 1 ? lineEnd + 2 : lineEnd + 1;
      if (!endsInLineFeed && nextLine === buffer.length && lineFeed !== carriageReturn + 1)
        skipLineFeed = true;
      readLine(buffer.slice(lineStart, lineEnd), messages);
      lineStart = nextLine;
      if (lineFeed !== -1 && lineFeed < nextLine) lineFeed = buffer.indexOf("\n", nextLine);
      if (carriageReturn !== -1 && carriageReturn < nextLine)
        carriageReturn = buffer.indexOf("\r", nextLine);
    }
    rest = lineStart === 0 ? buffer : buffer.slice(lineStart);
    checkLength();
    return messages;
  }

  return { decode, leftover: () => leftover + rest };
}
