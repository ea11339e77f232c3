import type { ChatEvent, EventStream } from "../../src/chat/event.ts";
import { foldEvents } from "../../src/chat/fold-events.ts";
import type { ChatRequest } from "../../src/chat/request.ts";
import type { Dialect } from "../../src/dialects/dialect.ts";
import { ChatError, toChatError } from "../../src/errors/chat-error.ts";
import { createAnswerContext } from "./answer-context.ts";

/** An answer to be given: its batches, or the error with which the call fails. */
export type ScriptedAnswer = readonly (readonly ChatEvent[])[] | ChatError;

export interface DialectServer {
  /** For a client library, in place of the network's. */
  fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** What the dialect made of the requests. */
  requests: ChatRequest[];
}

function streamOf(batches: readonly (readonly ChatEvent[])[]): EventStream {
  let at = 0;
  return {
    format: null,
    read() {
      at += 1;
      return Promise.resolve(batches[at - 1] ?? null);
    },
    close() {},
  };
}

/**
 * A dialect behind a `fetch`: each request is decoded, and gets the next of these answers, encoded
 * as it asked.
 */
export function createDialectServer(
  dialect: Dialect,
  answers: readonly ScriptedAnswer[],
): DialectServer {
  const requests: ChatRequest[] = [];

  async function answer(init: RequestInit | undefined): Promise<Response> {
    const text = await new Response(init?.body).text();
    const request = dialect.decodeRequest(JSON.parse(text), new Headers(init?.headers));
    const scripted = answers[requests.length];
    requests.push(request);
    if (!scripted) throw new Error("the test scripted no answer for this request");
    if (scripted instanceof ChatError) throw scripted;
    const context = createAnswerContext(null, { request });
    if (!request.stream)
      return Response.json(dialect.encodeResponse(await foldEvents(streamOf(scripted)), context));
    const encoder = dialect.createStreamEncoder(context);
    const pieces = [encoder.heartbeat, ...scripted.map((batch) => encoder.encode(batch))];
    return new Response(pieces.join(""), { headers: { "content-type": "text/event-stream" } });
  }

  return {
    requests,
    async fetch(_input, init) {
      try {
        return await answer(init);
      } catch (thrown) {
        const { status, headers, body } = dialect.encodeError(toChatError(thrown), "req_test");
        return Response.json(body, { status, headers });
      }
    },
  };
}
