import type { ModelInfo } from "../../chat/model.ts";
import type { EmbeddingAnswer } from "../../embeddings/answer.ts";
import type { EmbeddingRequest } from "../../embeddings/request.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { ReadErrorBody } from "../../upstream/read-failure.ts";
import { requestJson } from "../../upstream/request-json.ts";
import { decodeAnswer } from "./decode-answer.ts";
import { encodeRequest } from "./encode-request.ts";

/** A server with OpenAI's Embeddings API. */
export interface EmbeddingServer {
  /** Without a trailing slash; `/embeddings` is appended. */
  readonly baseUrl: string;
  /** Credentials, and other headers that the server expects. */
  readonly headers: Readonly<Record<string, string>>;
  readonly readErrorBody: ReadErrorBody;
}

/** Asks a server of this format for embeddings. Rejects with a ChatError. */
export async function requestEmbeddings(
  call: {
    readonly request: EmbeddingRequest;
    readonly model: ModelInfo;
    readonly signal: AbortSignal;
    readonly traceparent?: string | undefined;
  },
  { baseUrl, headers, readErrorBody }: EmbeddingServer,
  deps: ProviderDeps,
): Promise<EmbeddingAnswer> {
  const body = await requestJson(
    {
      method: "POST",
      url: `${baseUrl}/embeddings`,
      headers: { "content-type": "application/json", accept: "application/json", ...headers },
      body: JSON.stringify(encodeRequest(call.request, call.model.id)),
      signal: call.signal,
      traceparent: call.traceparent,
      timeoutMs: deps.timeouts.answerMs,
      readErrorBody,
    },
    deps,
  );
  return decodeAnswer(body, call.request.inputs.length);
}
