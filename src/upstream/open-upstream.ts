import { type ChatEvent, type EventBatch, type EventStream, isTerminal } from "../chat/event.ts";
import type { Format } from "../chat/format.ts";
import { ChatError } from "../errors/chat-error.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { soleOf } from "../json/narrow.ts";
import type { ProviderDeps } from "../platform.ts";
import { SurrogateJoiner } from "../stream/join-surrogates.ts";
import { createSseDecoder, SseLineTooLongError, type SseMessage } from "../stream/sse-decode.ts";
import { classifyFetchError } from "./classify-fetch-error.ts";
import { type Connection, createConnection, type StreamClock } from "./connection.ts";
import { readAnswerText } from "./read-body.ts";
import { type ReadErrorBody, readFailure } from "./read-failure.ts";
import { redactError, type SecretsOfCall } from "./redact-error.ts";
import { withTraceparent } from "./with-traceparent.ts";

/**
 * A vendor's answer → chat events. A decoder serves one answer and keeps its state. If it throws,
 * the answer ends with that ChatError, or with `upstream_invalid_response` for anything else (a
 * JSON syntax error, a missing field).
 */
export interface AnswerDecoder {
  /** Decodes one SSE message and pushes its events. Nothing is decoded after a terminal event. */
  decodeMessage(message: SseMessage, events: ChatEvent[]): void;
  /**
   * Called if the stream ends without a terminal event. Pushes one only if the format allows that
   * end; otherwise the answer is `upstream_incomplete`. `leftover` is the text outside the stream's
   * events.
   */
  decodeEnd(events: ChatEvent[], leftover: string): void;
  /** Decodes a whole answer and pushes all its events, including the terminal one. */
  decodeBody(body: JsonObject, events: ChatEvent[]): void;
  /** Decodes a whole answer that is a list of chunks, if the format has such answers. */
  decodeList?(items: JsonObject[], events: ChatEvent[]): void;
}

export interface UpstreamCall {
  url: string;
  /** Built from scratch: no header of the caller goes upstream. */
  headers: Record<string, string>;
  /** The header of the same name; undefined if this server takes no part in traces. */
  traceparent?: string | undefined;
  /** Absent if the method takes none. */
  body?: string;
  method?: "POST" | "GET";
  /** Whether the vendor was asked to stream. An answer of the other kind is decoded too. */
  stream: boolean;
  signal: AbortSignal;
  format: Format | null;
  createAnswerDecoder(): AnswerDecoder;
  readErrorBody: ReadErrorBody;
}

/**
 * Calls a vendor and returns its answer as events. Rejects if the call fails before the answer
 * begins. The connection is closed at the terminal event, when the caller leaves, or at a timeout.
 */
export async function openUpstream(call: UpstreamCall, deps: ProviderDeps): Promise<EventStream> {
  const connection = createConnection(call.signal, deps);
  connection.limit(call.stream ? deps.timeouts.headersMs : deps.timeouts.answerMs);
  try {
    const response = await deps.fetch(call.url, {
      method: call.method ?? "POST",
      headers: withTraceparent(call.headers, call.traceparent),
      body: call.body ?? null,
      signal: connection.signal,
      redirect: "manual",
    });
    if (response.status !== 200) throw await readFailure(response, call.readErrorBody, deps.now());
    const type = response.headers.get("content-type") ?? "";
    if (type.startsWith("text/event-stream") && response.body) {
      return new UpstreamStream(response.body.getReader(), call, connection, deps);
    }
    if (!/^application\/([\w.-]+\+)?json\b/.test(type)) {
      throw new ChatError("upstream_invalid_response", { logReason: "content_type" });
    }
    return await readWhole(response, call, connection);
  } catch (thrown) {
    const error = connection.reason() ?? classifyFetchError(thrown, "connect");
    connection.close();
    throw redactError(error, call);
  }
}

/**
 * How long a stream may take to end after its terminal event, so that its connection can be reused.
 */
const DRAIN_MS = 500;

async function readWhole(
  response: Response,
  call: UpstreamCall,
  connection: Connection,
): Promise<EventStream> {
  const text = await readAnswerText(response).catch((thrown: unknown) => {
    throw connection.reason() ?? classifyFetchError(thrown, "body");
  });
  const events: ChatEvent[] = [];
  try {
    const decoder = call.createAnswerDecoder();
    const parsed: unknown = JSON.parse(text);
    // Google, and proxies in front of it, give an error as the only item of a list.
    const body = decoder.decodeList ? parsed : soleOf(parsed);
    // Checked by hand: a schema would copy every answer.
    if (isJsonObject(body)) decoder.decodeBody(body, events);
    else if (decoder.decodeList && Array.isArray(body) && body.every(isJsonObject))
      decoder.decodeList(body, events);
    else throw new ChatError("upstream_invalid_response", { logReason: "body" });
  } catch (thrown) {
    throw thrown instanceof ChatError
      ? thrown
      : new ChatError("upstream_invalid_response", { logReason: "body" });
  }
  new SurrogateJoiner().join(events);
  const last = events[events.length - 1];
  if (last?.type === "error") last.error = redactError(last.error, call);
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

/** Vendors' events that only show life (Anthropic, OpenAI). Callers of the same format get them. */
const SIGNS_OF_LIFE: ReadonlySet<string> = new Set(["ping", "keepalive"]);

/**
 * Events without a meaning here count too: a tool that the vendor runs may take long and send
 * nothing else.
 */
function isProgress({ type, raw }: ChatEvent): boolean {
  return type !== "opaque" || !SIGNS_OF_LIFE.has(raw?.event ?? "");
}

/** Some proxies keep a stream open with events whose data is empty, or white space. */
function isBlank(data: string): boolean {
  return data.length <= 8 && data.trim() === "";
}

/** A vendor's stream. It keeps nothing of the call's body, which may be long. */
class UpstreamStream implements EventStream {
  readonly format: Format | null;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #secrets: SecretsOfCall;
  readonly #connection: Connection;
  readonly #clock: StreamClock;
  readonly #now: () => number;
  readonly #sse = createSseDecoder();
  readonly #decoder: AnswerDecoder;
  readonly #surrogates = new SurrogateJoiner();
  #hasEnded = false;

  constructor(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    call: UpstreamCall,
    connection: Connection,
    deps: ProviderDeps,
  ) {
    this.format = call.format;
    this.#reader = reader;
    this.#secrets = { url: call.url, headers: call.headers };
    this.#connection = connection;
    this.#now = deps.now;
    this.#decoder = call.createAnswerDecoder();
    connection.reads(reader);
    this.#clock = connection.watch(deps.timeouts, deps.every);
  }

  async read(): Promise<EventBatch | null> {
    if (this.#hasEnded) return null;
    const events: ChatEvent[] = [];
    while (events.length === 0) {
      let chunk: Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>["read"]>>;
      try {
        chunk = await this.#reader.read();
      } catch (thrown) {
        this.#fail(thrown, events, "read");
        break;
      }
      const reason = this.#connection.reason();
      if (reason) {
        // Some runtimes end an aborted body as if it were complete.
        this.#fail(reason, events, "read");
        break;
      }
      try {
        if (chunk.done) {
          this.#decoder.decodeEnd(events, this.#sse.leftover());
          if (!isTerminal(events[events.length - 1]))
            events.push({ type: "error", error: new ChatError("upstream_incomplete") });
        } else {
          this.#clock.lastByteAt = this.#now();
          this.#decodeMessages(chunk.value, events);
        }
      } catch (thrown) {
        this.#fail(thrown, events, "decode");
      }
    }
    this.#surrogates.join(events);
    if (events.some(isProgress)) this.#clock.lastEventAt = this.#now();
    const last = events[events.length - 1];
    if (isTerminal(last)) {
      if (last.type === "error") last.error = redactError(last.error, this.#secrets);
      this.#hasEnded = true;
      drain(this.#reader, this.#connection);
    }
    return events;
  }

  close(): void {
    this.#connection.close();
  }

  /** Decodes up to the terminal event and ignores what follows: the first end wins. */
  #decodeMessages(bytes: Uint8Array, events: ChatEvent[]): void {
    for (const message of this.#sse.decode(bytes)) {
      if (isBlank(message.data)) continue;
      this.#decoder.decodeMessage(message, events);
      if (isTerminal(events[events.length - 1])) return;
    }
  }

  #fail(thrown: unknown, events: ChatEvent[], stage: "read" | "decode"): void {
    const error =
      this.#connection.reason() ??
      (stage === "read" ? classifyFetchError(thrown, "body") : decodingError(thrown));
    events.push(error.code === "cancelled" ? { type: "cancelled" } : { type: "error", error });
  }
}

/** Reads the end of a finished stream, or closes the stream if the end does not come. */
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
