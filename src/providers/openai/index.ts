import type { JsonObject } from "../../chat/format.ts";
import type { ModelInfo } from "../../chat/model.ts";
import type { ProviderDeps } from "../../context.ts";
import { findCredentialFault } from "../../env/find-credential-fault.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { createDecoder } from "../../formats/openai-responses/decode-answer.ts";
import { encodeRequest } from "../../formats/openai-responses/encode-request.ts";
import { readErrorBody } from "../../formats/openai-responses/read-error.ts";
import { openUpstream } from "../../upstream/open-upstream.ts";
import type { Availability, Provider } from "../provider.ts";
import type { OpenaiEnv } from "./settings.ts";
import { openaiSupport } from "./support.ts";

/** OpenAI by its Responses API: the only one of its APIs in which the current models take tools and reasoning together. */
export function createOpenaiProvider(env: OpenaiEnv, deps: ProviderDeps): Provider {
  const availability = checkSettings(env);
  const headers = createHeaders(env);
  const url = `${env.OPENAI_BASE_URL}/responses`;
  return {
    name: "openai",
    aliases: ["codex"],
    format: "openai_responses",
    defaultModel: env.OPENAI_DEFAULT_MODEL ?? null,
    availability,
    support: openaiSupport,
    async open(call) {
      if (!availability.available) throw new ChatError(availability.code, { message: availability.reason });
      const body = encodeRequest(call, createDefaults(call.model));
      return openUpstream(
        {
          url,
          headers: { ...headers, accept: call.stream ? "text/event-stream" : "application/json" },
          body: JSON.stringify(body),
          stream: call.stream,
          signal: call.signal,
          format: "openai_responses",
          createDecoder: () => createDecoder({ model: call.model.id, mintId: () => `resp_${deps.randomId()}` }),
          readErrorBody,
        },
        deps,
      );
    },
  };
}

function checkSettings(env: OpenaiEnv): Availability {
  if (!env.OPENAI_API_KEY) return unavailable("OPENAI_API_KEY is not set. Set it to a key of the OpenAI API.");
  for (const name of ["OPENAI_API_KEY", "OPENAI_ORGANIZATION", "OPENAI_PROJECT"] as const) {
    const fault = findCredentialFault(env[name], name);
    if (fault) return unavailable(fault);
  }
  return { available: true };
}

function unavailable(reason: string): Availability {
  return { available: false, code: "provider_unavailable", reason };
}

function createHeaders(env: OpenaiEnv): Record<string, string> {
  return {
    authorization: `Bearer ${env.OPENAI_API_KEY}`,
    "content-type": "application/json",
    ...(env.OPENAI_ORGANIZATION ? { "openai-organization": env.OPENAI_ORGANIZATION } : {}),
    ...(env.OPENAI_PROJECT ? { "openai-project": env.OPENAI_PROJECT } : {}),
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
