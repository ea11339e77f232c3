import type { ChatEvent, RawEvent } from "../../chat/event.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import type { SseMessage } from "../../stream/sse-decode.ts";
import type { AnswerDecoder } from "../../upstream/open-upstream.ts";
import { RUN_ENDS, RUN_EVENTS, type RunEnd } from "./agents.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { readRunFailure, readStreamError } from "./read-error.ts";

/**
 * A run's stream → chat events. It lives as long as the run: it also decodes the stream that
 * replaces a broken one.
 */
export interface RunDecoder extends AnswerDecoder {
  /**
   * Where the stream can be resumed: after the last event with an id, or from its start if there
   * was no content yet.
   */
  resumeAfter(): { lastEventId: string | undefined } | undefined;
  /** Must be called before the first message of a new connection. */
  resume(): void;
  /** Whether Cursor reported the end of the run, so that there is nothing left to cancel. */
  isOver(): boolean;
}

export interface RunDecoderOptions {
  runId: string;
  model: string;
  /** Whether the caller wants to see the agent's reasoning. */
  showReasoning: boolean;
}

type Speech = "text" | "reasoning";

export function createAnswerDecoder({
  runId,
  model,
  showReasoning,
}: RunDecoderOptions): RunDecoder {
  let started = false;
  let open: Speech | undefined;
  let parts = 0;
  let hasText = false;
  let over = false;
  let finished = false;
  let lastEventId: string | undefined;
  let resumedAfter: string | undefined;

  function start(events: ChatEvent[]): void {
    if (started) return;
    started = true;
    events.push({ type: "start", id: runId, model });
  }
  function closePart(events: ChatEvent[]): void {
    if (open === undefined) return;
    open = undefined;
    events.push({ type: "part-end", index: parts - 1 });
  }
  function speak(kind: Speech, delta: unknown, events: ChatEvent[], raw: RawEvent): void {
    if (typeof delta !== "string")
      throw new ChatError("upstream_invalid_response", { logReason: "text" });
    if (delta === "") return;
    if (open !== kind) {
      closePart(events);
      open = kind;
      parts += 1;
      events.push(
        { type: "part-start", index: parts - 1, kind, raw },
        { type: "part-delta", index: parts - 1, delta },
      );
    } else events.push({ type: "part-delta", index: parts - 1, delta, raw });
    if (kind === "text") hasText = true;
  }
  function end(status: RunEnd, data: JsonObject, events: ChatEvent[], raw: RawEvent): void {
    over = true;
    const ending = mapFinishReason(status);
    if ("error" in ending) {
      events.push({ type: "error", error: readRunFailure(status, ending.error, data), raw });
      return;
    }
    // The whole text again, which is new only if none of it was streamed.
    if (!hasText && typeof data.text === "string") speak("text", data.text, events, raw);
    closePart(events);
    events.push({
      type: "end",
      finish_reason: ending.finish,
      raw_finish_reason: status,
      usage: null,
      raw,
    });
  }
  function decodeResult(data: JsonObject, events: ChatEvent[], raw: RawEvent): void {
    const status = readEnd(data.status);
    if (status === undefined)
      throw new ChatError("upstream_invalid_response", { logReason: "status" });
    end(status, data, events, raw);
  }

  function decodeMessage(message: SseMessage, events: ChatEvent[]): void {
    const { event, id } = message;
    if (id !== undefined && id !== "") lastEventId = id;
    if (event === RUN_EVENTS.heartbeat || event === RUN_EVENTS.interactionUpdate) return;
    start(events);
    const raw: RawEvent = { event, data: message.data };
    if (event === RUN_EVENTS.done) {
      // This ends the stream, not the run: without a result the run may still be going.
      if (finished) end("FINISHED", {}, events, raw);
      else events.push({ type: "error", error: new ChatError("upstream_incomplete"), raw });
      return;
    }
    const data: unknown = JSON.parse(message.data);
    if (!isJsonObject(data))
      throw new ChatError("upstream_invalid_response", { logReason: "event" });
    switch (event) {
      case RUN_EVENTS.status:
        if (data.status === "FINISHED") finished = true;
        events.push({ type: "opaque", raw });
        return;
      case RUN_EVENTS.assistant:
        if (!isRepeated(id)) speak("text", data.text, events, raw);
        return;
      case RUN_EVENTS.thinking:
        if (!showReasoning || data.text === undefined || isRepeated(id))
          events.push({ type: "opaque", raw });
        else speak("reasoning", data.text, events, raw);
        return;
      case RUN_EVENTS.toolCall:
        // The text before a tool call and the text after it are separate parts.
        closePart(events);
        events.push({ type: "opaque", raw });
        return;
      case RUN_EVENTS.result:
        decodeResult(data, events, raw);
        return;
      case RUN_EVENTS.error:
        events.push({ type: "error", error: readStreamError(data), raw });
        return;
      default:
        events.push({ type: "opaque", raw });
    }
  }

  /** Whether an event was read before the stream broke: it has the id after which we resumed. */
  function isRepeated(id: string | undefined): boolean {
    return id !== undefined && id === resumedAfter;
  }

  return {
    decodeMessage,
    decodeEnd() {},
    decodeBody() {
      throw new ChatError("upstream_invalid_response", { logReason: "not_a_stream" });
    },
    resumeAfter: () => (lastEventId !== undefined || parts === 0 ? { lastEventId } : undefined),
    resume() {
      resumedAfter = lastEventId;
    },
    isOver: () => over,
  };
}

function readEnd(status: unknown): RunEnd | undefined {
  return RUN_ENDS.find((end) => end === status);
}
