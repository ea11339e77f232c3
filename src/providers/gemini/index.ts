import { readErrorBody } from "../../google/read-error.ts";
import type { ProviderDeps } from "../../platform.ts";
import { openUpstream } from "../../upstream/open-upstream.ts";
import { requestJson } from "../../upstream/request-json.ts";
import type { Provider, ProviderCall, ProviderInfo, UnavailableProvider } from "../provider.ts";
import { geminiCapabilities } from "./capabilities.ts";
import { decodeCount, encodeCountRequest } from "./count-tokens.ts";
import { createAnswerDecoder } from "./decode-answer.ts";
import { embed } from "./embed.ts";
import { encodeRequest } from "./encode-request.ts";
import type { GeminiConfig } from "./env.ts";
import { readModelId } from "./read-model-id.ts";
import { createTransport, type Transport } from "./transport.ts";

/** Google's Gemini models, through the Gemini API or Vertex AI. */
export function createGeminiProvider(
  config: GeminiConfig,
  deps: ProviderDeps,
): Provider | UnavailableProvider {
  const transport = createTransport(config, deps);
  const info: ProviderInfo = {
    name: "gemini",
    // The Code Assist service served the same models under these names; it is closed to other
    // programs.
    aliases: ["google", "vertex", "gemini-code", "gemini-code-cli"],
    format: "google",
    defaultModel: config.GEMINI_DEFAULT_MODEL ?? null,
    capabilities: geminiCapabilities(transport.name),
    embeds: true,
  };
  if ("reason" in transport) {
    const { available, code, reason } = transport;
    return { ...info, available, code, reason };
  }
  return {
    ...info,
    available: true,
    async open(call) {
      return openAnswer(call, transport, deps);
    },
    async countTokens(call) {
      return { input_tokens: await countTokens(call, transport, deps) };
    },
    embed: (call) => embed(call, transport, deps),
  };
}

function encodeCall(call: ProviderCall) {
  const model = readModelId(call.model.id);
  return { model, request: encodeRequest({ ...call, model: { ...call.model, id: model } }) };
}

/**
 * Gemini 4 cuts a longer answer unless it is streamed, and such an answer takes minutes without any
 * traffic.
 */
const MAX_WHOLE_TOKENS = 32_768;

function openAnswer(call: ProviderCall, transport: Transport, deps: ProviderDeps) {
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

async function countTokens(
  call: ProviderCall,
  transport: Transport,
  deps: ProviderDeps,
): Promise<number> {
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
  return decodeCount(answer);
}
