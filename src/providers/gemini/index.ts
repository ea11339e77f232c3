import type { ProviderDeps } from "../../context.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { openUpstream } from "../../upstream/open-upstream.ts";
import type { Provider, ProviderCall } from "../provider.ts";
import { createAnswerDecoder } from "./decode-answer.ts";
import { encodeRequest } from "./encode-request.ts";
import { readErrorBody } from "./read-error.ts";
import type { GeminiEnv } from "./settings.ts";
import { geminiSupport } from "./support.ts";
import { createTransport, type Transport } from "./transport.ts";

/** Google's Gemini models, by the Gemini API or by Vertex AI. */
export function createGeminiProvider(env: GeminiEnv, deps: ProviderDeps): Provider {
  const transport = createTransport(env, deps);
  const reason = "reason" in transport ? transport.reason : undefined;
  return {
    name: "gemini",
    // What the Code Assist service answered before is answered by the same models; that service itself is closed to other programs.
    aliases: ["google", "vertex", "gemini-code", "gemini-code-cli"],
    format: "google",
    defaultModel: env.GEMINI_DEFAULT_MODEL ?? null,
    availability: reason === undefined ? { available: true } : { available: false, code: "provider_unavailable", reason },
    support: geminiSupport(transport.name),
    async open(call) {
      if ("reason" in transport) throw new ChatError("provider_unavailable", { message: transport.reason });
      return openGemini(call, transport, deps);
    },
  };
}

function openGemini(call: ProviderCall, transport: Transport, deps: ProviderDeps) {
  const model = readModelId(call.model.id);
  const body = JSON.stringify(encodeRequest(call.request, { model: { ...call.model, id: model }, warn: call.warn }));
  const url = transport.url(model, call.stream ? "streamGenerateContent?alt=sse" : "generateContent");
  return transport.sendAuthorized(call.signal, (headers) =>
    openUpstream(
      {
        url,
        headers: { "content-type": "application/json", ...headers },
        body,
        stream: call.stream,
        signal: call.signal,
        format: "google",
        createDecoder: () => createAnswerDecoder({ model, randomId: deps.randomId }),
        readErrorBody,
      },
      deps,
    ),
  );
}

/** The model's bare name. It becomes a part of the address, and comes from the caller. */
function readModelId(id: string): string {
  const model = id.replace(/^models\//, "");
  if (/^[\w.@-]+$/.test(model) && !/^\.+$/.test(model)) return model;
  throw new ChatError("model_not_found", { param: "model", message: "This is not the name of a Gemini model." });
}
