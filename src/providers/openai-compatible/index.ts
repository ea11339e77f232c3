import { ChatError } from "../../errors/chat-error.ts";
import { capabilitiesOf } from "../../formats/openai-chat/capabilities.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import { openChatCompletions } from "../../formats/openai-chat/open-chat-completions.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { Provider } from "../provider.ts";
import { PRESETS } from "./presets.ts";
import { readEntries } from "./read-entries.ts";
import { type Env, readPreset } from "./read-presets.ts";
import type { ServerConfig } from "./server.ts";

/**
 * Every server that speaks OpenAI's Chat Completions: the presets, and those of COMPATIBLE_PROVIDERS, each a provider of its own
 * name. The whole environment is needed, since an entry may name any variable as the place of its key.
 */
export function createOpenAICompatibleProviders(env: Env, deps: ProviderDeps): Provider[] {
  const entries = readEntries(env, PRESETS);
  const replaced = new Set(entries.map(({ name }) => name));
  const presets = PRESETS.filter(({ name }) => !replaced.has(name)).map((preset) =>
    readPreset(preset, env),
  );
  return [...presets, ...entries].map((server) => createProvider(server, deps));
}

function createProvider(server: ServerConfig, deps: ProviderDeps): Provider {
  const { name, aliases, defaultModel, availability } = server;
  return {
    name,
    aliases,
    format: FORMAT,
    defaultModel,
    availability,
    capabilities: capabilitiesOf(server.quirks),
    async open(call) {
      if (!availability.available)
        throw new ChatError(availability.code, { message: availability.reason });
      return openChatCompletions(call, server, deps);
    },
  };
}
