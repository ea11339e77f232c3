import { lazy } from "../../lazy.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { Provider, ProviderInfo, UnavailableProvider } from "../provider.ts";
import { geminiCapabilities, geminiToolNames } from "./capabilities.ts";
import type { GeminiConfig } from "./env.ts";
import { createTransport } from "./transport.ts";

const load = lazy(() => import("./calls.ts"));

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
    toolNames: geminiToolNames,
    embeds: true,
  };
  if ("reason" in transport) {
    const { available, code, reason } = transport;
    return { ...info, available, code, reason };
  }
  return {
    ...info,
    available: true,
    open: async (call) => (await load()).openAnswer(call, transport, deps),
    countTokens: async (call) => (await load()).countTokens(call, transport, deps),
    embed: async (call) => (await load()).embed(call, transport, deps),
  };
}
