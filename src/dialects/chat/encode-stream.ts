import type { ChatEvent, PartKind, PartStartEvent } from "../../chat/event.ts";
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
  let lastId = written;
  let id = "";
  let model: string | undefined;
  let usage: Usage | null = null;
  const kinds: PartKind[] = [];

  function write(event: string, json: string): string {
    lastId += 1;
    return `event: ${event}\nid: ${lastId}\ndata: ${json}\n\n`;
  }

  function encodeFailure(type: "error" | "cancelled", error: ChatError): string {
    const body: FailedBody = {
      type,
      complete: false,
      error: encodeErrorBody(error, context.requestId),
      usage: mapUsage(usage),
      usage_complete: false,
      cost: context.cost(usage),
      warnings: [...context.warnings],
      attempts: [...context.attempts],
    };
    return write(type, JSON.stringify(body));
  }

  function encodeEvent(event: ChatEvent): string {
    switch (event.type) {
      case "start":
        ({ id, model } = event);
        return write(
          "start",
          JSON.stringify({
            type: "start",
            id,
            request_id: context.requestId,
            provider: context.target.provider,
            model,
          }),
        );
      case "part-start":
        kinds[event.index] = event.kind;
        return write("part-start", encodePartStart(event));
      case "part-delta":
        return write(
          "part-delta",
          `{"type":"part-delta","index":${event.index},"kind":"${kinds[event.index] ?? "text"}","delta":${JSON.stringify(event.delta)}}`,
        );
      case "part-end": {
        const { signature, extras, value } = event;
        return write(
          "part-end",
          JSON.stringify({ type: "part-end", index: event.index, signature, extras, value }),
        );
      }
      case "usage":
        usage = event.usage;
        return write("usage", JSON.stringify({ type: "usage", usage: mapUsage(usage) }));
      case "opaque":
        return "";
      case "end": {
        const done: DoneBody = {
          type: "done",
          complete: true,
          id,
          request_id: context.requestId,
          provider: context.target.provider,
          model: event.model ?? model ?? context.target.model,
          ...encodeEnding({ ...event, usage: event.usage ?? usage }, context),
        };
        return write("done", JSON.stringify(done));
      }
      case "error":
        return encodeFailure("error", event.error);
      case "cancelled":
        return encodeFailure("cancelled", new ChatError("cancelled"));
    }
  }

  return {
    heartbeat: ": heartbeat\n\n",
    get written() {
      return lastId;
    },
    encode(batch) {
      let text = "";
      for (const event of batch) text += encodeEvent(event);
      return text;
    },
  };
}

function encodePartStart(event: PartStartEvent): string {
  const { raw: _raw, ...rest } = event;
  return JSON.stringify(rest);
}
