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
  return new LineDecoder();
}

class LineDecoder implements SseDecoder {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #event = "";
  #data: string | undefined;
  #id: string | undefined;
  #skipLineFeed = false;
  #leftover = "";

  decode(bytes: Uint8Array): SseMessage[] {
    const messages: SseMessage[] = [];
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return messages;
    if (this.#skipLineFeed) {
      // The previous bytes ended in CR; an LF that follows belongs to the same line end.
      if (text.charCodeAt(0) === 0x0a) text = text.slice(1);
      this.#skipLineFeed = false;
    }
    const hasCarriageReturn = text.includes("\r");
    if (!hasCarriageReturn && !text.includes("\n")) {
      // A piece within a line. It is searched only once the line ends: flattening the joined string
      // after each piece would copy it each time, and a line of 8 MiB in small pieces would take a
      // minute of CPU.
      this.#rest += text;
      this.#checkLength();
      return messages;
    }
    // Only the new text is searched for line ends.
    const searchFrom = this.#rest.length;
    const buffer = searchFrom === 0 ? text : this.#rest + text;
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
        this.#skipLineFeed = true;
      this.#readLine(buffer.slice(lineStart, lineEnd), messages);
      lineStart = nextLine;
      if (lineFeed !== -1 && lineFeed < nextLine) lineFeed = buffer.indexOf("\n", nextLine);
      if (carriageReturn !== -1 && carriageReturn < nextLine)
        carriageReturn = buffer.indexOf("\r", nextLine);
    }
    this.#rest = lineStart === 0 ? buffer : buffer.slice(lineStart);
    this.#checkLength();
    return messages;
  }

  leftover(): string {
    return this.#leftover + this.#rest;
  }

  #readLine(line: string, messages: SseMessage[]): void {
    if (line === "") {
      const data = this.#data;
      if (data !== undefined) {
        const event = this.#event;
        const id = this.#id;
        messages.push(id === undefined ? { event, data } : { event, data, id });
      }
      this.#event = "";
      this.#data = undefined;
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    if (field !== "data" && field !== "event" && field !== "id") {
      if (field !== "retry" && this.#leftover.length < MAX_LEFTOVER_LENGTH)
        this.#leftover += `${line}\n`;
      return;
    }
    // One space after the colon is syntax; a second one belongs to the value.
    const value =
      colon === -1 ? "" : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    if (field === "event") this.#event = value;
    else if (field === "id") {
      if (!value.includes("\0")) this.#id = value;
    } else this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
  }

  #checkLength(): void {
    if (this.#rest.length > MAX_LINE_LENGTH || (this.#data?.length ?? 0) > MAX_LINE_LENGTH)
      throw new SseLineTooLongError();
  }
}
