import type { ProviderDeps } from "../../platform.ts";
import type { Provider, ProviderInfo, UnavailableProvider } from "../provider.ts";
import { claudeCapabilities } from "./capabilities.ts";
import { countTokens } from "./count-tokens.ts";
import { createAnswerDecoder } from "./decode-answer.ts";
import { createDirectTransport } from "./direct-transport.ts";
import { encodeRequest } from "./encode-request.ts";
import type { ClaudeConfig } from "./env.ts";
import { readErrorBody } from "./read-error.ts";
import { createVertexTransport } from "./vertex-transport.ts";

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
  };
  const transport =
    config.CLAUDE_TRANSPORT === "vertex"
      ? createVertexTransport(config, deps)
      : createDirectTransport(config, deps);
  if ("reason" in transport) return { ...info, ...transport };
  return {
    ...info,
    available: true,
    async open(call) {
      const request = transport.limit(encodeRequest(call, transport), call.warn);
      return transport.open("messages", request, {
        stream: request.body.stream === true,
        signal: call.signal,
        traceparent: call.traceparent,
        format: "anthropic",
        createAnswerDecoder: () => createAnswerDecoder(call.warn),
        readErrorBody,
      });
    },
    countTokens: (call) => countTokens(call, transport),
  };
}
