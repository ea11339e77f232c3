import type { ProviderDeps } from "../../context.ts";
import type { Provider } from "../provider.ts";
import { countTokens } from "./count-tokens.ts";
import { createDecoder } from "./decode-answer.ts";
import { createDirectTransport } from "./direct-transport.ts";
import { encodeRequest } from "./encode-request.ts";
import { readError } from "./read-error.ts";
import type { ClaudeEnv } from "./settings.ts";
import { claudeSupport } from "./support.ts";
import { createVertexTransport } from "./vertex-transport.ts";

/** Claude by Anthropic's Messages API: Anthropic's own, or that of Vertex AI. */
export function createClaudeProvider(env: ClaudeEnv, deps: ProviderDeps): Provider {
  const transport = env.CLAUDE_TRANSPORT === "vertex" ? createVertexTransport(env, deps) : createDirectTransport(env, deps);
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
