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
 * Reads up to the first content. An answer that fails before it counts as not opened: the error is
 * thrown, and the caller has seen nothing. Returns a stream that begins with what was read, in one
 * batch.
 */
export async function awaitFirstContent(stream: EventStream): Promise<EventStream> {
  const first: EventBatch[] = [];
  for (;;) {
    const batch = await stream.read();
    if (batch === null) throw new ChatError("upstream_incomplete");
    first.push(batch);
    for (const event of batch) {
      if (isMeaningful(event)) return startWith(first.length === 1 ? batch : first.flat(), stream);
      if (event.type === "error") throw event.error;
      if (event.type === "cancelled") throw new ChatError("cancelled");
    }
  }
}

function startWith(batch: EventBatch, stream: EventStream): EventStream {
  let first: EventBatch | undefined = batch;
  return {
    format: stream.format,
    read() {
      if (!first) return stream.read();
      const given = Promise.resolve(first);
      first = undefined;
      return given;
    },
    close: () => stream.close(),
  };
}
