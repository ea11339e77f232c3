import type { ChatEvent, EventBatch, PartKind, PartStartEvent } from "../../chat/event.ts";
import type { Usage } from "../../chat/usage.ts";
import { ChatError } from "../../errors/chat-error.ts";
import type { AnswerContext, StreamEncoder } from "../dialect.ts";
import { encodeErrorBody } from "./encode-error.ts";
import { encodeEnding } from "./encode-response.ts";
import type { DoneBody, FailedBody } from "./event.ts";
import { mapUsage } from "./map-usage.ts";

/**
 * Chat events → SSE. Each event has its name, an id counted from 1, and one line of JSON that
 * repeats the name as `type`. Events that only a vendor's own clients understand are left out. The
 * last event is `done`, `error` or `cancelled`.
 */
export function createStreamEncoder(context: AnswerContext, written = 0): StreamEncoder {
  return new ChatStreamEncoder(context, written);
}

class ChatStreamEncoder implements StreamEncoder {
  readonly heartbeat = ": heartbeat\n\n";
  readonly #context: AnswerContext;
  #written: number;
  #id = "";
  #model: string | undefined;
  #usage: Usage | null = null;
  readonly #kinds: PartKind[] = [];

  constructor(context: AnswerContext, written: number) {
    this.#context = context;
    this.#written = written;
  }

  get written(): number {
    return this.#written;
  }

  encode(batch: EventBatch): string {
    let text = "";
    for (const event of batch) text += this.#encodeEvent(event);
    return text;
  }

  #encodeEvent(event: ChatEvent): string {
    const context = this.#context;
    switch (event.type) {
      case "start":
        this.#id = event.id;
        this.#model = event.model;
        return this.#write(
          "start",
          JSON.stringify({
            type: "start",
            id: event.id,
            request_id: context.requestId,
            provider: context.target.provider,
            model: event.model,
          }),
        );
      case "part-start":
        this.#kinds[event.index] = event.kind;
        return this.#write("part-start", encodePartStart(event));
      case "part-delta":
        return this.#write(
          "part-delta",
          `{"type":"part-delta","index":${event.index},"kind":"${this.#kinds[event.index] ?? "text"}","delta":${JSON.stringify(event.delta)}}`,
        );
      case "part-end": {
        const { signature, extras, value } = event;
        return this.#write(
          "part-end",
          JSON.stringify({ type: "part-end", index: event.index, signature, extras, value }),
        );
      }
      case "usage":
        this.#usage = event.usage;
        return this.#write(
          "usage",
          JSON.stringify({ type: "usage", usage: mapUsage(event.usage) }),
        );
      case "opaque":
        return "";
      case "end": {
        const done: DoneBody = {
          type: "done",
          complete: true,
          id: this.#id,
          request_id: context.requestId,
          provider: context.target.provider,
          model: event.model ?? this.#model ?? context.target.model,
          ...encodeEnding({ ...event, usage: event.usage ?? this.#usage }, context),
        };
        return this.#write("done", JSON.stringify(done));
      }
      case "error":
        return this.#encodeFailure("error", event.error);
      case "cancelled":
        return this.#encodeFailure("cancelled", new ChatError("cancelled"));
    }
  }

  #encodeFailure(type: "error" | "cancelled", error: ChatError): string {
    const context = this.#context;
    const body: FailedBody = {
      type,
      complete: false,
      error: encodeErrorBody(error, context.requestId),
      usage: mapUsage(this.#usage),
      usage_complete: false,
      cost: context.cost(this.#usage),
      warnings: [...context.warnings],
      attempts: [...context.attempts],
    };
    return this.#write(type, JSON.stringify(body));
  }

  #write(event: string, json: string): string {
    this.#written += 1;
    return `event: ${event}\nid: ${this.#written}\ndata: ${json}\n\n`;
  }
}

function encodePartStart(event: PartStartEvent): string {
  const { raw: _raw, ...rest } = event;
  return JSON.stringify(rest);
}
