import type { ChatEvent, EventBatch, EventStream } from "../chat/event.ts";
import { type Format, type JsonObject, jsonObjectSchema } from "../chat/format.ts";
import type { ProviderDeps, UpstreamTimeouts } from "../context.ts";
import { ChatError } from "../errors/chat-error.ts";
import { createSseDecoder, SseLineTooLongError, type SseMessage } from "../stream/sse-decode.ts";
import { classifyFetchError } from "./classify-fetch-error.ts";
import { createUpstreamError, type UpstreamErrorBody } from "./map-status.ts";
import { readAnswerText, readErrorJson } from "./read-body.ts";
import { readRetryAfter } from "./retry-after.ts";

/**
 * A vendor's answer → chat events. One decoder serves one answer and keeps its state. What it throws ends the answer: a ChatError
 * as itself, anything else (a JSON syntax error, a missing field) as `upstream_invalid_response`.
 */
export interface AnswerDecoder {
  /** One SSE message; pushes its events. After it pushed a terminal event nothing is decoded any more. */
  decodeMessage(message: SseMessage, events: ChatEvent[]): void;
  /** The stream ended without a terminal event. Pushes one only where the format allows an answer to end so; else it is `upstream_incomplete`. */
  decodeEnd(events: ChatEvent[]): void;
  /** A whole answer; pushes all its events, the terminal one too. */
  decodeBody(body: JsonObject, events: ChatEvent[]): void;
}

export interface UpstreamCall {
  url: string;
  /** Built from nothing: no header of the caller's goes upstream. */
  headers: Record<string, string>;
  body: string;
  method?: "POST" | "GET";
  /** Whether the vendor was asked to stream. An answer of the other kind is understood too. */
  stream: boolean;
  signal: AbortSignal;
  format: Format | null;
  createDecoder(): AnswerDecoder;
  /** What the vendor's error body (parsed, or undefined) says. */
  readErrorBody(body: unknown, status: number, headers: Headers): UpstreamErrorBody;
  /** Sends in place of `deps.fetch`, where a vendor's own client does it. What it throws is classified like what fetch throws. */
  send?: (signal: AbortSignal) => Promise<Response>;
}

/**
 * Calls a vendor and hands out its answer as events. Rejects where it fails before it begins to answer. The connection is closed
 * as soon as the terminal event is there, the caller leaves, or a timeout strikes.
 */
export async function openUpstream(call: UpstreamCall, deps: ProviderDeps): Promise<EventStream> {
  const connection = createConnection(call.signal, deps);
  connection.limit(call.stream ? deps.timeouts.headersMs : deps.timeouts.answerMs, "upstream_timeout");
  try {
    const response = await (call.send
      ? call.send(connection.signal)
      : deps.fetch(call.url, {
          method: call.method ?? "POST",
          headers: call.headers,
          body: call.body,
          signal: connection.signal,
          redirect: "manual",
        }));
    if (response.status !== 200) {
      const body = await readErrorJson(response);
      throw createUpstreamError(response.status, call.readErrorBody(body, response.status, response.headers), {
        retryAfterSeconds: readRetryAfter(response.headers, deps.now()),
        requestId: response.headers.get("request-id") ?? response.headers.get("x-request-id"),
      });
    }
    const type = response.headers.get("content-type") ?? "";
    if (type.startsWith("text/event-stream") && response.body) {
      return readStream(response.body.getReader(), call, connection, deps);
    }
    if (!/^application\/([\w.-]+\+)?json\b/.test(type)) {
      throw new ChatError("upstream_invalid_response", { logReason: "content_type" });
    }
    return await readWhole(response, call, connection);
  } catch (thrown) {
    const error = connection.reason() ?? classifyFetchError(thrown, "connect");
    connection.close();
    throw error;
  }
}

/** One connection's abort controller: one per call, since a listener on a signal that outlives it would leak. */
interface Connection {
  readonly signal: AbortSignal;
  /** Why we ended the call ourselves; undefined while we did not. */
  reason(): ChatError | undefined;
  /** Replaces the running timer. */
  limit(milliseconds: number, code: "upstream_timeout"): void;
  /** Replaces the running timer by one that watches a stream. */
  watch(timeouts: UpstreamTimeouts): StreamClock;
  /** Lets go of the timer and the caller's signal; the connection stays. Idempotent. */
  release(): void;
  /** Lets go of everything and closes the connection. Idempotent. */
  close(): void;
}

/** A stream whose terminal event was read may take this long to end by itself, so that its connection can serve another call. */
const DRAIN_MS = 500;

/** When a stream last showed life; written at each read, looked at by a timer. */
interface StreamClock {
  lastByteAt: number;
  lastEventAt: number;
}

function createConnection(callerSignal: AbortSignal, deps: ProviderDeps): Connection {
  const controller = new AbortController();
  let reason: ChatError | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function end(error: ChatError): void {
    reason ??= error;
    close();
  }
  function onCallerGone(): void {
    end(callerSignal.reason instanceof ChatError ? callerSignal.reason : new ChatError("cancelled"));
  }
  function release(): void {
    clearTimeout(timer);
    callerSignal.removeEventListener("abort", onCallerGone);
  }
  function close(): void {
    release();
    controller.abort();
  }
  if (callerSignal.aborted) onCallerGone();
  else callerSignal.addEventListener("abort", onCallerGone);

  return {
    signal: controller.signal,
    reason: () => reason,
    limit(milliseconds, code) {
      clearTimeout(timer);
      timer = setTimeout(() => end(new ChatError(code)), milliseconds);
    },
    watch(timeouts) {
      clearTimeout(timer);
      const startedAt = deps.now();
      const clock: StreamClock = { lastByteAt: startedAt, lastEventAt: startedAt };
      const tickMs = Math.min(1000, Math.max(10, Math.min(timeouts.idleMs, timeouts.progressMs, timeouts.totalMs) / 4));
      timer = setInterval(() => {
        const now = deps.now();
        if (now - clock.lastByteAt >= timeouts.idleMs || now - clock.lastEventAt >= timeouts.progressMs) {
          end(new ChatError("upstream_stalled"));
        } else if (now - startedAt >= timeouts.totalMs) end(new ChatError("upstream_timeout"));
      }, tickMs);
      return clock;
    },
    release,
    close,
  };
}

async function readWhole(response: Response, call: UpstreamCall, connection: Connection): Promise<EventStream> {
  const text = await readAnswerText(response).catch((thrown: unknown) => {
    throw connection.reason() ?? classifyFetchError(thrown, "body");
  });
  const events: ChatEvent[] = [];
  try {
    call.createDecoder().decodeBody(jsonObjectSchema.parse(JSON.parse(text)), events);
  } catch (thrown) {
    throw thrown instanceof ChatError ? thrown : new ChatError("upstream_invalid_response", { logReason: "body" });
  }
  connection.release();
  let given = false;
  return {
    format: call.format,
    read() {
      const batch = given ? null : events;
      given = true;
      return Promise.resolve(batch);
    },
    close() {},
  };
}

function isTerminal(event: ChatEvent | undefined): boolean {
  return event !== undefined && (event.type === "end" || event.type === "error" || event.type === "cancelled");
}

function readStream(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  call: UpstreamCall,
  connection: Connection,
  deps: ProviderDeps,
): EventStream {
  const clock = connection.watch(deps.timeouts);
  const sse = createSseDecoder();
  const decoder = call.createDecoder();
  let ended = false;

  /** Decodes as far as the terminal event; what stands after it is not looked at (the first end wins). */
  function decodeMessages(bytes: Uint8Array, events: ChatEvent[]): void {
    for (const message of sse.decode(bytes)) {
      decoder.decodeMessage(message, events);
      if (isTerminal(events[events.length - 1])) return;
    }
  }

  function failed(thrown: unknown, events: ChatEvent[], stage: "read" | "decode"): void {
    const error = connection.reason() ?? (stage === "read" ? classifyFetchError(thrown, "body") : decodingError(thrown));
    events.push(error.code === "cancelled" ? { type: "cancelled" } : { type: "error", error });
  }

  async function read(): Promise<EventBatch | null> {
    if (ended) return null;
    const events: ChatEvent[] = [];
    while (events.length === 0) {
      let chunk: Awaited<ReturnType<typeof reader.read>>;
      try {
        chunk = await reader.read();
      } catch (thrown) {
        failed(thrown, events, "read");
        break;
      }
      const reason = connection.reason();
      if (reason) {
        // Some runtimes end an aborted body as if it were complete.
        failed(reason, events, "read");
        break;
      }
      try {
        if (chunk.done) {
          decoder.decodeEnd(events);
          if (!isTerminal(events[events.length - 1])) events.push({ type: "error", error: new ChatError("upstream_incomplete") });
        } else {
          clock.lastByteAt = deps.now();
          decodeMessages(chunk.value, events);
        }
      } catch (thrown) {
        failed(thrown, events, "decode");
      }
    }
    clock.lastEventAt = deps.now();
    if (isTerminal(events[events.length - 1])) {
      ended = true;
      drain(reader, connection);
    }
    return events;
  }

  return { format: call.format, read, close: () => connection.close() };
}

/** Reads the end of a stream that has said all, or closes it where that does not come. */
function drain(reader: ReadableStreamDefaultReader<Uint8Array>, connection: Connection): void {
  connection.release();
  const timer = setTimeout(() => connection.close(), DRAIN_MS);
  reader.read().then(
    ({ done }) => {
      clearTimeout(timer);
      if (!done) connection.close();
    },
    () => clearTimeout(timer),
  );
}

function decodingError(thrown: unknown): ChatError {
  if (thrown instanceof ChatError) return thrown;
  const logReason = thrown instanceof SseLineTooLongError ? "line_too_long" : "event";
  return new ChatError("upstream_invalid_response", { logReason });
}
