import type { ModelInfo } from "../../chat/model.ts";
import { checkCredential } from "../../env/check-credential.ts";
import { requestEmbeddings } from "../../formats/openai-embeddings/request-embeddings.ts";
import type { JsonObject } from "../../json/json-object.ts";
import type { ProviderDeps } from "../../platform.ts";
import { openUpstream } from "../../upstream/open-upstream.ts";
import {
  type Provider,
  type ProviderInfo,
  type Unavailable,
  type UnavailableProvider,
  unavailable,
} from "../provider.ts";
import { openaiCapabilities } from "./capabilities.ts";
import { createAnswerDecoder } from "./decode-answer.ts";
import { encodeRequest } from "./encode-request.ts";
import type { OpenaiConfig } from "./env.ts";
import { readErrorBody } from "./read-error.ts";

/**
 * OpenAI through its Responses API, the only one of its APIs in which current models take tools and
 * reasoning together.
 */
export function createOpenaiProvider(
  config: OpenaiConfig,
  deps: ProviderDeps,
): Provider | UnavailableProvider {
  const info: ProviderInfo = {
    name: "openai",
    aliases: ["codex"],
    format: "openai_responses",
    defaultModel: config.OPENAI_DEFAULT_MODEL ?? null,
    capabilities: openaiCapabilities,
    embeds: true,
  };
  const fault = checkConfig(config);
  if (fault) return { ...info, ...fault };
  const headers = createHeaders(config);
  const url = `${config.OPENAI_BASE_URL}/responses`;
  return {
    ...info,
    available: true,
    async open(call) {
      const body = encodeRequest(call, createDefaults(call.model));
      return openUpstream(
        {
          url,
          headers: { ...headers, accept: call.stream ? "text/event-stream" : "application/json" },
          traceparent: call.traceparent,
          body: JSON.stringify(body),
          stream: call.stream,
          signal: call.signal,
          format: "openai_responses",
          createAnswerDecoder: () =>
            createAnswerDecoder({
              model: call.model.id,
              randomId: deps.randomId,
              warn: call.warn,
            }),
          readErrorBody,
        },
        deps,
      );
    },
    embed: (call) =>
      requestEmbeddings(call, { baseUrl: config.OPENAI_BASE_URL, headers, readErrorBody }, deps),
  };
}

function checkConfig(config: OpenaiConfig): Unavailable | undefined {
  if (!config.OPENAI_API_KEY)
    return unavailable("OPENAI_API_KEY is not set. Set it to an OpenAI API key.");
  for (const name of ["OPENAI_API_KEY", "OPENAI_ORGANIZATION", "OPENAI_PROJECT"] as const) {
    const fault = checkCredential(config[name], name);
    if (fault) return unavailable(fault);
  }
  return undefined;
}

function createHeaders(config: OpenaiConfig): Record<string, string> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${config.OPENAI_API_KEY}`,
    "content-type": "application/json",
  };
  if (config.OPENAI_ORGANIZATION) headers["openai-organization"] = config.OPENAI_ORGANIZATION;
  if (config.OPENAI_PROJECT) headers["openai-project"] = config.OPENAI_PROJECT;
  return headers;
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
