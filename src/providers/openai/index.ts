import { OPENAI_TOOL_NAMES } from "../../chat/tool-names.ts";
import { checkCredential } from "../../env/check-credential.ts";
import { lazy } from "../../lazy.ts";
import type { ProviderDeps } from "../../platform.ts";
import {
  type Provider,
  type ProviderInfo,
  type Unavailable,
  type UnavailableProvider,
  unavailable,
} from "../provider.ts";
import { openaiCapabilities } from "./capabilities.ts";
import type { OpenaiConfig } from "./env.ts";

const load = lazy(() => import("./calls.ts"));

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
    toolNames: OPENAI_TOOL_NAMES,
    embeds: true,
  };
  const fault = checkConfig(config);
  if (fault) return { ...info, ...fault };
  const headers = createHeaders(config);
  const access = { baseUrl: config.OPENAI_BASE_URL, headers };
  return {
    ...info,
    available: true,
    open: async (call) => (await load()).openAnswer(call, access, deps),
    embed: async (call) => (await load()).embed(call, access, deps),
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
