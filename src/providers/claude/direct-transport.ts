import { toChatError } from "../../errors/chat-error.ts";
import {
  BETA_HEADER,
  FIRST_VERSION,
  VERSION_HEADER,
} from "../../formats/anthropic-messages/header-extras.ts";
import type { ProviderDeps } from "../../platform.ts";
import { openUpstream } from "../../upstream/open-upstream.ts";
import { type Unavailable, unavailable } from "../provider.ts";
import { type ClaudeCredential, readClaudeCredential } from "./credentials.ts";
import type { ClaudeRequest } from "./encode-request.ts";
import type { ClaudeConfig } from "./env.ts";
import type { SendMessage } from "./sdk-client.ts";
import { type ClaudeEndpoint, type ClaudeTransport, OAUTH_BETA } from "./transport.ts";

const DEFAULT_BASE_URL = "https://api.anthropic.com";

const PATHS: Record<ClaudeEndpoint, string> = {
  messages: "/v1/messages",
  count_tokens: "/v1/messages/count_tokens",
};

/** Anthropic's own API, called with Anthropic's own client. */
export function createDirectTransport(
  config: ClaudeConfig,
  deps: ProviderDeps,
): ClaudeTransport | Unavailable {
  const credential = readClaudeCredential(config);
  if ("reason" in credential) return unavailable(credential.reason);
  const baseUrl = config.ANTHROPIC_BASE_URL ?? DEFAULT_BASE_URL;
  const own = { [VERSION_HEADER]: FIRST_VERSION, ...authorize(credential) };
  let client: Promise<SendMessage> | undefined;

  /**
   * Loads the client with the first call, because loading it takes as long as the rest of the
   * server.
   */
  async function loadClient(apiKey: string): Promise<SendMessage> {
    const { createSdkClient } = await import("./sdk-client.ts");
    return createSdkClient({ baseUrl, apiKey, headers: own, fetch: deps.fetch });
  }

  return {
    systemTurns: true,
    limit: (request) => request,
    open(endpoint, request, reading) {
      const body = JSON.stringify(request.body);
      const path = PATHS[endpoint];
      const headers = createHeaders(request, credential, reading.traceparent);
      client ??= loadClient(credential.value).catch((thrown: unknown) => {
        // Not the upstream's fault: Deno, for example, may deny the client access to the
        // environment.
        throw toChatError(thrown);
      });
      const loaded = client;
      const send = async (signal: AbortSignal) => (await loaded)(path, body, headers, signal);
      return openUpstream({ ...reading, url: baseUrl + path, headers: own, body, send }, deps);
    },
  };
}

function authorize({ type, value }: ClaudeCredential): Record<string, string> {
  return type === "api_key"
    ? { "x-api-key": value }
    : { authorization: `Bearer ${value}`, [BETA_HEADER]: OAUTH_BETA };
}

/** The headers that differ from call to call; undefined if none do. */
function createHeaders(
  { betas, version }: ClaudeRequest,
  { type }: ClaudeCredential,
  traceparent: string | undefined,
): Record<string, string> | undefined {
  // With this server's OAuth token, a caller's marker of Claude Code would be a pretence.
  const passed = betas.filter(
    (beta) => beta !== OAUTH_BETA && !(type === "oauth" && beta.startsWith("claude-code-")),
  );
  if (passed.length === 0 && version === undefined && traceparent === undefined) return undefined;
  const all = type === "oauth" ? [...passed, OAUTH_BETA] : passed;
  const headers: Record<string, string> = {};
  if (traceparent !== undefined) headers.traceparent = traceparent;
  if (version !== undefined) headers[VERSION_HEADER] = version;
  if (all.length > 0) headers[BETA_HEADER] = all.join(",");
  return headers;
}
