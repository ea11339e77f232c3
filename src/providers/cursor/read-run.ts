import type { ChatEvent, EventBatch, EventStream } from "../../chat/event.ts";
import type { Usage } from "../../chat/usage.ts";
import { toChatError } from "../../errors/chat-error.ts";
import type { RunDecoder } from "./decode-answer.ts";

export interface RunReading {
  /** The first connection to the run's stream. */
  stream: EventStream;
  decoder: RunDecoder;
  /** Opens the stream again after this event. */
  reopen(lastEventId: string | undefined): Promise<EventStream>;
  readUsage(): Promise<Usage | null>;
  /** Called once, when the caller has read everything or has given up. */
  onFinish(state: "running" | "over"): void;
}

/**
 * The events of a run, from one connection or two: a stream that breaks before its end is resumed
 * once. The usage is requested when the run is over, and is part of the end.
 */
export function readRun({ stream, decoder, reopen, readUsage, onFinish }: RunReading): EventStream {
  let current = stream;
  let canReopen = true;
  /** Where the next batch comes from. */
  let next: "stream" | "new-stream" | "end" | "nothing" = "stream";
  let heldEnd: Extract<ChatEvent, { type: "end" }> | undefined;

  function finish(): void {
    if (next === "nothing") return;
    next = "nothing";
    onFinish(decoder.isOver() ? "over" : "running");
  }

  function fail(thrown: unknown): EventBatch {
    const error = toChatError(thrown);
    finish();
    return [error.code === "cancelled" ? { type: "cancelled" } : { type: "error", error }];
  }

  async function readStream(): Promise<EventBatch | null> {
    const batch = await current.read();
    const last = batch?.[batch.length - 1];
    // If it was closed in the meantime, nobody reads the rest.
    if (!batch || !last || next === "nothing") return batch;
    if (last.type === "end") {
      heldEnd = last;
      next = "end";
      return batch.slice(0, -1);
    }
    if (last.type === "error" && isBroken(last) && canReopen && decoder.resumeAfter()) {
      canReopen = false;
      next = "new-stream";
      return batch.slice(0, -1);
    }
    if (last.type === "error" || last.type === "cancelled") finish();
    return batch;
  }

  async function openAgain(): Promise<EventBatch> {
    try {
      const lastEventId = decoder.resumeAfter()?.lastEventId;
      decoder.resume();
      const opened = await reopen(lastEventId);
      if (next === "nothing") opened.close();
      else next = "stream";
      current = opened;
      return [];
    } catch (thrown) {
      return fail(thrown);
    }
  }

  async function readEnd(end: Extract<ChatEvent, { type: "end" }>): Promise<EventBatch> {
    const usage = await readUsage();
    finish();
    return usage
      ? [
          { type: "usage", usage },
          { ...end, usage },
        ]
      : [end];
  }

  async function read(): Promise<EventBatch | null> {
    for (;;) {
      if (next === "nothing") return null;
      let batch: EventBatch | null;
      if (next === "end" && heldEnd) batch = await readEnd(heldEnd);
      else if (next === "new-stream") batch = await openAgain();
      else batch = await readStream();
      if (batch === null || batch.length > 0) return batch;
    }
  }

  return {
    format: stream.format,
    read,
    close() {
      current.close();
      finish();
    },
  };
}

/** Whether the connection ended but not the run: neither Cursor nor this server ended it. */
function isBroken({ error }: Extract<ChatEvent, { type: "error" }>): boolean {
  return (
    error.upstreamStatus === undefined &&
    (error.code === "upstream_incomplete" || error.code === "upstream_disconnected")
  );
}
