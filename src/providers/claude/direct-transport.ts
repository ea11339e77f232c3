import {
  BETA_HEADER,
  FIRST_VERSION,
  VERSION_HEADER,
} from "../../formats/anthropic-messages/header-extras.ts";
import type { ProviderDeps } from "../../platform.ts";
import { openUpstream, type UpstreamCall } from "../../upstream/open-upstream.ts";
import { type Unavailable, unavailable } from "../provider.ts";
import { clientHeaders } from "./client-headers.ts";
import { type ClaudeCredential, readClaudeCredential } from "./credentials.ts";
import type { ClaudeRequest } from "./encode-request.ts";
import type { ClaudeConfig } from "./env.ts";
import { type ClaudeEndpoint, type ClaudeTransport, OAUTH_BETA } from "./transport.ts";

const DEFAULT_BASE_URL = "https://api.anthropic.com";

const PATHS: Record<ClaudeEndpoint, string> = {
  messages: "/v1/messages",
  count_tokens: "/v1/messages/count_tokens",
};

/** Anthropic's own API. */
export function createDirectTransport(
  config: ClaudeConfig,
  deps: ProviderDeps,
): ClaudeTransport | Unavailable {
  const credential = readClaudeCredential(config);
  if ("reason" in credential) return unavailable(credential.reason);
  const baseUrl = config.ANTHROPIC_BASE_URL ?? DEFAULT_BASE_URL;
  // Frozen, so that a runtime may make headers of it once.
  const own = Object.freeze({
    ...clientHeaders(deps.host),
    [VERSION_HEADER]: FIRST_VERSION,
    ...authorize(credential),
  });

  return {
    systemTurns: true,
    limit: (request) => request,
    open(endpoint, request, reading) {
      const call: UpstreamCall = {
        ...reading,
        url: baseUrl + PATHS[endpoint],
        headers: createHeaders(own, request, credential),
        body: JSON.stringify(request.body),
      };
      return openUpstream(call, deps);
    },
  };
}

function authorize({ type, value }: ClaudeCredential): Record<string, string> {
  return type === "api_key" ? { "x-api-key": value } : { authorization: `Bearer ${value}` };
}

/** The same object for all calls that need no headers of their own. */
function createHeaders(
  own: Record<string, string>,
  { betas, version }: ClaudeRequest,
  { type }: ClaudeCredential,
): Record<string, string> {
  // With this server's OAuth token, a caller's Claude Code beta would misrepresent this server.
  const passed = betas.filter(
    (beta) => beta !== OAUTH_BETA && !(type === "oauth" && beta.startsWith("claude-code-")),
  );
  const all = type === "oauth" ? [...passed, OAUTH_BETA] : passed;
  if (version === undefined && all.length === 0) return own;
  const headers = { ...own };
  if (version !== undefined) headers[VERSION_HEADER] = version;
  if (all.length > 0) headers[BETA_HEADER] = all.join(",");
  return headers;
}
