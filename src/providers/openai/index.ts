import type { ModelInfo } from "../../chat/model.ts";
import { checkCredential } from "../../env/check-credential.ts";
import { ChatError } from "../../errors/chat-error.ts";
import type { JsonObject } from "../../json/json-object.ts";
import type { ProviderDeps } from "../../platform.ts";
import { openUpstream } from "../../upstream/open-upstream.ts";
import type { Availability, Provider } from "../provider.ts";
import { openaiCapabilities } from "./capabilities.ts";
import { createAnswerDecoder } from "./decode-answer.ts";
import { encodeRequest } from "./encode-request.ts";
import type { OpenaiConfig } from "./env.ts";
import { readErrorBody } from "./read-error.ts";

/** OpenAI by its Responses API: the only one of its APIs in which the current models take tools and reasoning together. */
export function createOpenaiProvider(config: OpenaiConfig, deps: ProviderDeps): Provider {
  const availability = checkSettings(config);
  const headers = createHeaders(config);
  const url = `${config.OPENAI_BASE_URL}/responses`;
  return {
    name: "openai",
    aliases: ["codex"],
    format: "openai_responses",
    defaultModel: config.OPENAI_DEFAULT_MODEL ?? null,
    availability,
    capabilities: openaiCapabilities,
    async open(call) {
      if (!availability.available)
        throw new ChatError(availability.code, { message: availability.reason });
      const body = encodeRequest(call, createDefaults(call.model));
      return openUpstream(
        {
          url,
          headers: { ...headers, accept: call.stream ? "text/event-stream" : "application/json" },
          body: JSON.stringify(body),
          stream: call.stream,
          signal: call.signal,
          format: "openai_responses",
          createAnswerDecoder: () =>
            createAnswerDecoder({ model: call.model.id, mintId: () => `resp_${deps.randomId()}` }),
          readErrorBody,
        },
        deps,
      );
    },
  };
}

function checkSettings(config: OpenaiConfig): Availability {
  if (!config.OPENAI_API_KEY)
    return unavailable("OPENAI_API_KEY is not set. Set it to a key of the OpenAI API.");
  for (const name of ["OPENAI_API_KEY", "OPENAI_ORGANIZATION", "OPENAI_PROJECT"] as const) {
    const fault = checkCredential(config[name], name);
    if (fault) return unavailable(fault);
  }
  return { available: true };
}

function unavailable(reason: string): Availability {
  return { available: false, code: "provider_unavailable", reason };
}

function createHeaders(config: OpenaiConfig): Record<string, string> {
  return {
    authorization: `Bearer ${config.OPENAI_API_KEY}`,
    "content-type": "application/json",
    ...(config.OPENAI_ORGANIZATION ? { "openai-organization": config.OPENAI_ORGANIZATION } : {}),
    ...(config.OPENAI_PROJECT ? { "openai-project": config.OPENAI_PROJECT } : {}),
  };
}

/** Models from before reasoning, by name: they refuse `include: ["reasoning.encrypted_content"]`. */
const WITHOUT_REASONING = /^(?:ft:)?(?:gpt-3|gpt-4|chatgpt-)|-chat\b/;

/**
 * Nothing is kept at OpenAI, so reasoning has to travel with the conversation. A caller who wants it otherwise says so in
 * `extras.openai_responses` (a null leaves the choice to OpenAI).
 */
function createDefaults(model: ModelInfo): JsonObject {
  const reasons = model.reasoning ? model.reasoning !== "none" : !WITHOUT_REASONING.test(model.id);
  return { store: false, ...(reasons ? { include: ["reasoning.encrypted_content"] } : {}) };
}
