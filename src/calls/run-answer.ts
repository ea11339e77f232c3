import type { AnswerWriter } from "../answers/answer-writer.ts";
import { type Ending, keepError } from "../answers/ending.ts";
import { type EventBatch, type EventStream, isTerminal } from "../chat/event.ts";
import { ChatError, toChatError } from "../errors/chat-error.ts";
import type { LiveBody } from "../stream/live-body.ts";
import type { StreamEncoder } from "../stream/stream-body.ts";
import { type CallRecord, totalCost } from "../telemetry/call-record.ts";
import type { Call } from "./call.ts";

/** The part of a kept answer that runs on without its caller. */
export interface RunOptions {
  readonly call: Call;
  readonly opening: Promise<EventStream>;
  readonly encoder: StreamEncoder;
  readonly writer: AnswerWriter;
  /** The caller's own connection; null if the answer was asked for in the background. */
  readonly live: LiveBody | null;
  /** The error with the caller's own path, as it is kept. */
  nameError(error: ChatError): ChatError;
}

/** How an answer ended, and the number of its last event. */
export interface Ended {
  readonly ending: Ending;
  readonly last: number;
}

/**
 * Reads a streamed answer to its end, whether anybody listens or not, into the log and to the
 * caller. It never rejects.
 */
export async function runStream(options: RunOptions): Promise<Ended> {
  const { call, opening, encoder, writer, live } = options;
  let error: ChatError | null = null;
  let hasContent = false;
  let count = 0;

  function pass(batch: EventBatch): void {
    call.observe(batch);
    const text = encoder.encode(batch);
    if (text === "") return;
    count += 1;
    writer.push(text, encoder.written ?? count);
    live?.push(text);
  }

  function fail(thrown: unknown): void {
    error = toChatError(thrown);
    pass([error.code === "cancelled" ? { type: "cancelled" } : { type: "error", error }]);
  }

  try {
    const source = await opening;
    hasContent = true;
    for (;;) {
      const batch = await source.read();
      if (!batch) throw new ChatError("upstream_incomplete");
      pass(batch);
      const last = batch[batch.length - 1];
      if (isTerminal(last)) {
        if (last.type === "error") error = last.error;
        else if (last.type === "cancelled") error = new ChatError("cancelled");
        break;
      }
      // What is not kept has to wait for its reader.
      if (writer.isTooLarge && live) await live.drained();
    }
  } catch (thrown) {
    fail(thrown);
  }
  live?.close();
  call.end(error);
  const ending = describeEnding(call.record, error && options.nameError(error), hasContent);
  await writer.end(ending);
  return { ending, last: encoder.written ?? count };
}

/** How an answer ended, as it is kept. */
export function describeEnding(
  record: CallRecord | null,
  error: ChatError | null,
  hasContent: boolean,
  headers: Record<string, string> = {},
): Ending {
  return {
    error: error && keepError(error),
    hasContent,
    usage: record?.usage ?? null,
    usageSource: record?.usageSource ?? "none",
    cost: record && totalCost(record),
    headers,
  };
}
