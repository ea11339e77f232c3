import { OPENAI_TOOL_NAMES } from "../../chat/tool-names.ts";
import { checkCredential } from "../../env/check-credential.ts";
import { capabilitiesOf } from "../../formats/openai-chat/capabilities.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import type { ChatServer } from "../../formats/openai-chat/open-chat-completions.ts";
import { lazy } from "../../lazy.ts";
import type { ProviderDeps } from "../../platform.ts";
import {
  type Provider,
  type ProviderInfo,
  type Unavailable,
  type UnavailableProvider,
  unavailable,
} from "../provider.ts";
import type { CopilotConfig } from "./env.ts";
import { BRIDGE_QUIRKS } from "./quirks.ts";

const load = lazy(() => import("./calls.ts"));

/**
 * GitHub Copilot through the bridge that the operator runs beside this server. GitHub has no HTTP
 * API for Copilot's models: the endpoint of its own programs refuses every program that does not
 * pose as one of them, which this one never does.
 */
export function createCopilotProvider(
  config: CopilotConfig,
  deps: ProviderDeps,
): Provider | UnavailableProvider {
  const info: ProviderInfo = {
    name: "copilot",
    aliases: ["github"],
    format: FORMAT,
    defaultModel: config.COPILOT_DEFAULT_MODEL,
    capabilities: capabilitiesOf(BRIDGE_QUIRKS),
    toolNames: OPENAI_TOOL_NAMES,
  };
  const bridge = readBridge(config);
  if ("reason" in bridge) return { ...info, ...bridge };
  return {
    ...info,
    available: true,
    open: async (call) => (await load()).openChatCompletions(call, bridge, deps),
  };
}

function readBridge({
  COPILOT_BRIDGE_URL: url,
  COPILOT_BRIDGE_TOKEN: token,
}: CopilotConfig): ChatServer | Unavailable {
  if (url === undefined) {
    return unavailable(
      "GitHub has no HTTP API for Copilot, so GH_TOKEN alone is not enough: run the program in bridges/copilot with GH_TOKEN beside this server, and set COPILOT_BRIDGE_URL to its address.",
      "provider_unsupported",
    );
  }
  const fault = checkCredential(token, "COPILOT_BRIDGE_TOKEN");
  if (fault !== undefined) return unavailable(fault);
  return {
    baseUrl: `${url.replace(/\/v1$/, "")}/v1`,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    quirks: BRIDGE_QUIRKS,
  };
}
