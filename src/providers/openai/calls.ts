import type { EventStream } from "../../chat/event.ts";
import type { ModelInfo } from "../../chat/model.ts";
import type { EmbeddingAnswer } from "../../embeddings/answer.ts";
import { requestEmbeddings } from "../../formats/openai-embeddings/request-embeddings.ts";
import type { JsonObject } from "../../json/json-object.ts";
import type { ProviderDeps } from "../../platform.ts";
import { openUpstream } from "../../upstream/open-upstream.ts";
import type { AnswerCall, EmbedCall } from "../provider.ts";
import { createAnswerDecoder } from "./decode-answer.ts";
import { encodeRequest } from "./encode-request.ts";
import { readErrorBody } from "./read-error.ts";

/** OpenAI's server, or the operator's instead, and the credentials. */
export interface OpenaiAccess {
  readonly baseUrl: string;
  readonly headers: Record<string, string>;
}

export async function openAnswer(
  call: AnswerCall,
  { baseUrl, headers }: OpenaiAccess,
  deps: ProviderDeps,
): Promise<EventStream> {
  const body = encodeRequest(call, createDefaults(call.model));
  return openUpstream(
    {
      url: `${baseUrl}/responses`,
      headers: { ...headers, accept: call.stream ? "text/event-stream" : "application/json" },
      traceparent: call.traceparent,
      body: JSON.stringify(body),
      stream: call.stream,
      signal: call.signal,
      format: "openai_responses",
      createAnswerDecoder: () =>
        createAnswerDecoder({ model: call.model.id, randomId: deps.randomId, warn: call.warn }),
      readErrorBody,
    },
    deps,
  );
}

export function embed(
  call: EmbedCall,
  access: OpenaiAccess,
  deps: ProviderDeps,
): Promise<EmbeddingAnswer> {
  return requestEmbeddings(call, { ...access, readErrorBody }, deps);
}

/**
 * The names of models without reasoning, which refuse `include: ["reasoning.encrypted_content"]`.
 */
const WITHOUT_REASONING = /^(?:ft:)?(?:gpt-3|gpt-4|chatgpt-)|-chat\b/;

/**
 * Nothing is stored at OpenAI, so the conversation must hold the reasoning. A caller may override
 * both in `extras.openai_responses` (null leaves the choice to OpenAI).
 */
function createDefaults(model: ModelInfo): JsonObject {
  const reasons = model.reasoning ? model.reasoning !== "none" : !WITHOUT_REASONING.test(model.id);
  return reasons ? { store: false, include: ["reasoning.encrypted_content"] } : { store: false };
}
