import { OPENAI_TOOL_NAMES } from "../../chat/tool-names.ts";
import { capabilitiesOf } from "../../formats/openai-chat/capabilities.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import type { ChatServer } from "../../formats/openai-chat/open-chat-completions.ts";
import { lazy } from "../../lazy.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { Provider, ProviderInfo, UnavailableProvider } from "../provider.ts";
import { PRESETS } from "./presets.ts";
import { readEntries } from "./read-entries.ts";
import { type Env, readPreset } from "./read-presets.ts";
import type { ServerConfig } from "./server.ts";

const load = lazy(() => import("./calls.ts"));

/**
 * Servers that speak OpenAI's Chat Completions: the presets and the entries of
 * `COMPATIBLE_PROVIDERS`, each a provider of its own name, none of them in `takenNames`. `env` is
 * the whole environment, since an entry may name any variable for its key.
 */
export function createOpenAICompatibleProviders(
  env: Env,
  takenNames: Iterable<string>,
  deps: ProviderDeps,
): (Provider | UnavailableProvider)[] {
  const entries = readEntries(env, PRESETS, takenNames);
  const replaced = new Set(entries.map(({ name }) => name));
  const presets = PRESETS.filter(({ name }) => !replaced.has(name)).map((preset) =>
    readPreset(preset, env),
  );
  return [...presets, ...entries].map((server) => createProvider(server, deps));
}

function createProvider(
  { name, aliases, defaultModel, quirks, access }: ServerConfig,
  deps: ProviderDeps,
): Provider | UnavailableProvider {
  const info: ProviderInfo = {
    name,
    aliases,
    format: FORMAT,
    defaultModel,
    capabilities: capabilitiesOf(quirks),
    toolNames: quirks.tool_names === "openai" ? OPENAI_TOOL_NAMES : undefined,
    embeds: true,
  };
  if ("reason" in access) return { ...info, ...access };
  const server: ChatServer = { ...access, quirks };
  return {
    ...info,
    available: true,
    open: async (call) => (await load()).openChatCompletions(call, server, deps),
    embed: async (call) => (await load()).embed(call, server, deps),
  };
}
