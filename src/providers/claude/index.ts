import type { ProviderDeps } from "../../context.ts";
import type { Provider } from "../provider.ts";
import { countTokens } from "./count-tokens.ts";
import { createDecoder } from "./decode-answer.ts";
import { createDirectTransport } from "./direct-transport.ts";
import { encodeRequest } from "./encode-request.ts";
import { readError } from "./read-error.ts";
import type { ClaudeEnv } from "./settings.ts";
import { claudeSupport } from "./support.ts";
import type { ClaudeTransport } from "./transport.ts";

/** Claude by Anthropic's Messages API; by default Anthropic's own, else over another transport. */
export function createClaudeProvider(
  env: ClaudeEnv,
  deps: ProviderDeps,
  transport: ClaudeTransport = createDirectTransport(env, deps),
): Provider {
  return {
    name: "claude",
    aliases: ["anthropic", "claude-code", "claude-code-cli"],
    format: "anthropic",
    defaultModel: env.CLAUDE_DEFAULT_MODEL ?? null,
    availability: transport.availability,
    support: claudeSupport,
    async open(call) {
      const request = encodeRequest(call, transport);
      return transport.open("messages", request, {
        stream: request.body.stream === true,
        signal: call.signal,
        format: "anthropic",
        createDecoder,
        readErrorBody: readError,
      });
    },
    countTokens: (call) => countTokens(call, transport),
  };
}
