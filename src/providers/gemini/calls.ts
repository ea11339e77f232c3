import type { EventStream } from "../../chat/event.ts";
import { readErrorBody } from "../../google/read-error.ts";
import type { ProviderDeps } from "../../platform.ts";
import { openUpstream } from "../../upstream/open-upstream.ts";
import { requestJson } from "../../upstream/request-json.ts";
import type { ProviderCall, TokenCount } from "../provider.ts";
import { decodeCount, encodeCountRequest } from "./count-tokens.ts";
import { createAnswerDecoder } from "./decode-answer.ts";
import { encodeRequest } from "./encode-request.ts";
import { readModelId } from "./read-model-id.ts";
import type { Transport } from "./transport.ts";

export { embed } from "./embed.ts";

function encodeCall(call: ProviderCall) {
  const model = readModelId(call.model.id);
  return { model, request: encodeRequest({ ...call, model: { ...call.model, id: model } }) };
}

/**
 * Gemini 4 cuts a longer answer unless it is streamed, and such an answer takes minutes without any
 * traffic.
 */
const MAX_WHOLE_TOKENS = 32_768;

export async function openAnswer(
  call: ProviderCall,
  transport: Transport,
  deps: ProviderDeps,
): Promise<EventStream> {
  const { model, request } = encodeCall(call);
  const body = JSON.stringify(request);
  const stream = call.stream || (call.request.max_tokens ?? 0) > MAX_WHOLE_TOKENS;
  const url = transport.url(model, stream ? "streamGenerateContent?alt=sse" : "generateContent");
  return transport.sendAuthorized(call.signal, (headers) =>
    openUpstream(
      {
        url,
        headers: { "content-type": "application/json", ...headers },
        body,
        stream,
        signal: call.signal,
        traceparent: call.traceparent,
        format: "google",
        createAnswerDecoder: () =>
          createAnswerDecoder({ model, randomId: deps.randomId, warn: call.warn }),
        readErrorBody,
      },
      deps,
    ),
  );
}

export async function countTokens(
  call: ProviderCall,
  transport: Transport,
  deps: ProviderDeps,
): Promise<TokenCount> {
  const { model, request } = encodeCall(call);
  const body = JSON.stringify(encodeCountRequest(request, model, transport.name));
  const answer = await transport.sendAuthorized(call.signal, (headers) =>
    requestJson(
      {
        method: "POST",
        url: transport.url(model, "countTokens"),
        headers: { "content-type": "application/json", ...headers },
        body,
        signal: call.signal,
        timeoutMs: deps.timeouts.headersMs,
        readErrorBody,
      },
      deps,
    ),
  );
  return { input_tokens: decodeCount(answer) };
}
