import type { EncodeCall } from "../../chat/encode-call.ts";
import type { EventStream } from "../../chat/event.ts";
import type { ProviderDeps } from "../../platform.ts";
import { openUpstream } from "../../upstream/open-upstream.ts";
import { createAnswerDecoder } from "./decode-answer.ts";
import { encodeRequest } from "./encode-request.ts";
import { FORMAT } from "./format.ts";
import type { Quirks } from "./quirks.ts";
import { readErrorBody } from "./read-error.ts";

/** A server that speaks Chat Completions. */
export interface ChatServer {
  /** Without a trailing slash; `/chat/completions` is appended. */
  baseUrl: string;
  /** Credentials, and other headers that the server expects. */
  headers: Readonly<Record<string, string>>;
  quirks: Quirks;
}

/** Calls a server of this format; its answer comes as chat events. */
export function openChatCompletions(
  call: EncodeCall & { readonly signal: AbortSignal; readonly traceparent?: string | undefined },
  server: ChatServer,
  deps: ProviderDeps,
): Promise<EventStream> {
  const { body, addedUsage } = encodeRequest(call, server.quirks);
  return openUpstream(
    {
      url: `${server.baseUrl}/chat/completions`,
      headers: {
        "content-type": "application/json",
        accept: call.stream ? "text/event-stream" : "application/json",
        ...server.headers,
      },
      traceparent: call.traceparent,
      body: JSON.stringify(body),
      stream: call.stream,
      signal: call.signal,
      format: FORMAT,
      createAnswerDecoder: () =>
        createAnswerDecoder({
          model: call.model.id,
          randomId: deps.randomId,
          warn: call.warn,
          hideUsageChunk: addedUsage,
        }),
      readErrorBody,
    },
    deps,
  );
}
