import { checkCredential } from "../../env/check-credential.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { capabilitiesOf } from "../../formats/openai-chat/capabilities.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import { openChatCompletions } from "../../formats/openai-chat/open-chat-completions.ts";
import type { ProviderDeps } from "../../platform.ts";
import type { Availability, Provider } from "../provider.ts";
import type { CopilotConfig } from "./env.ts";
import { BRIDGE_QUIRKS } from "./quirks.ts";

/**
 * GitHub Copilot by the bridge that the operator runs beside this server. GitHub has no HTTP API for Copilot's models: what its own
 * programs call refuses every program that does not pose as one of them, which this one never does.
 */
export function createCopilotProvider(config: CopilotConfig, deps: ProviderDeps): Provider {
  const availability = readAvailability(config);
  return {
    name: "copilot",
    aliases: ["github"],
    format: FORMAT,
    defaultModel: config.COPILOT_DEFAULT_MODEL,
    availability,
    capabilities: capabilitiesOf(BRIDGE_QUIRKS),
    async open(call) {
      if (!availability.available)
        throw new ChatError(availability.code, { message: availability.reason });
      const { COPILOT_BRIDGE_URL: url = "", COPILOT_BRIDGE_TOKEN: token } = config;
      const headers: Record<string, string> =
        token === undefined ? {} : { authorization: `Bearer ${token}` };
      return openChatCompletions(
        call,
        { baseUrl: `${url.replace(/\/v1$/, "")}/v1`, headers, quirks: BRIDGE_QUIRKS },
        deps,
      );
    },
  };
}

function readAvailability({
  COPILOT_BRIDGE_URL: url,
  COPILOT_BRIDGE_TOKEN: token,
}: CopilotConfig): Availability {
  if (url === undefined) {
    return {
      available: false,
      code: "provider_unsupported",
      reason:
        "GitHub offers no HTTP API for Copilot, so GH_TOKEN alone opens nothing: start the program in bridges/copilot with GH_TOKEN beside this server, and set COPILOT_BRIDGE_URL to its address.",
    };
  }
  const fault = checkCredential(token, "COPILOT_BRIDGE_TOKEN");
  return fault === undefined
    ? { available: true }
    : { available: false, code: "provider_unavailable", reason: fault };
}
