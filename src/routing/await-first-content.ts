import type { ChatEvent, EventBatch, EventStream } from "../chat/event.ts";
import { ChatError } from "../errors/chat-error.ts";

/**
 * Whether this is content. What comes before the first content can be discarded and requested
 * again.
 */
function isMeaningful(event: ChatEvent): boolean {
  switch (event.type) {
    case "part-start":
      return event.kind === "tool_call" || event.kind === "opaque";
    case "part-delta":
      return event.delta !== "";
    case "part-end":
      return event.signature !== undefined;
    case "end":
      return true;
    default:
      return false;
  }
}

/**
 * Reads up to the first content, and adds what it reads to `seen`. An answer that fails before it
 * counts as not opened: it is closed, the error is thrown, and the caller has seen nothing. Returns
 * a stream that begins with what was read, in one batch. An answer that ends well with nothing in
 * it is a failure only if `takesEmpty` is false: a vendor may mean it so, for instance after a
 * tool's result.
 */
export async function awaitFirstContent(
  stream: EventStream,
  seen: EventBatch[],
  takesEmpty: boolean,
): Promise<EventStream> {
  try {
    for (;;) {
      const batch = await stream.read();
      if (batch === null) throw new ChatError("upstream_incomplete");
      seen.push(batch);
      if (hasContent(batch, takesEmpty))
        return new BegunStream(seen.length === 1 ? batch : seen.flat(), stream);
    }
  } catch (thrown) {
    stream.close();
    throw thrown;
  }
}

/** Throws the error with which the answer ends before its content. */
function hasContent(batch: EventBatch, takesEmpty: boolean): boolean {
  for (const event of batch) {
    if (isMeaningful(event)) {
      if (event.type === "end" && event.finish_reason === "stop" && !takesEmpty) {
        throw new ChatError("upstream_invalid_response", {
          message: "The provider's answer is empty.",
          logReason: "empty_answer",
        });
      }
      return true;
    }
    if (event.type === "error") throw event.error;
    if (event.type === "cancelled") throw new ChatError("cancelled");
  }
  return false;
}

/** A stream whose first batch has been read. */
class BegunStream implements EventStream {
  readonly format: EventStream["format"];
  readonly #stream: EventStream;
  #first: EventBatch | undefined;

  constructor(first: EventBatch, stream: EventStream) {
    this.format = stream.format;
    this.#stream = stream;
    this.#first = first;
  }

  read(): Promise<EventBatch | null> {
    const first = this.#first;
    if (!first) return this.#stream.read();
    this.#first = undefined;
    return Promise.resolve(first);
  }

  close(): void {
    this.#stream.close();
  }
}
