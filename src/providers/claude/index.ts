import { lazy } from "../../lazy.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { Provider, ProviderInfo, UnavailableProvider } from "../provider.ts";
import { claudeCapabilities, claudeToolNames } from "./capabilities.ts";
import { createDirectTransport } from "./direct-transport.ts";
import type { ClaudeConfig } from "./env.ts";
import { createVertexTransport } from "./vertex-transport.ts";

const load = lazy(() => import("./calls.ts"));

/** Claude through Anthropic's Messages API, on Anthropic's own servers or on Vertex AI. */
export function createClaudeProvider(
  config: ClaudeConfig,
  deps: ProviderDeps,
): Provider | UnavailableProvider {
  const info: ProviderInfo = {
    name: "claude",
    aliases: ["anthropic", "claude-code", "claude-code-cli"],
    format: "anthropic",
    defaultModel: config.CLAUDE_DEFAULT_MODEL ?? null,
    capabilities: claudeCapabilities,
    toolNames: claudeToolNames,
  };
  const transport =
    config.CLAUDE_TRANSPORT === "vertex"
      ? createVertexTransport(config, deps)
      : createDirectTransport(config, deps);
  if ("reason" in transport) return { ...info, ...transport };
  return {
    ...info,
    available: true,
    open: async (call) => (await load()).openAnswer(call, transport, deps),
    countTokens: async (call) => (await load()).countTokens(call, transport),
  };
}
