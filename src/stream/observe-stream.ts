import type { EventBatch, EventStream } from "../chat/event.ts";

/** The same stream, showing each batch to `observe` as it is read. */
export function observeStream(
  stream: EventStream,
  observe: (batch: EventBatch) => void,
): EventStream {
  return {
    format: stream.format,
    async read() {
      const batch = await stream.read();
      if (batch) observe(batch);
      return batch;
    },
    close: stream.close,
  };
}
