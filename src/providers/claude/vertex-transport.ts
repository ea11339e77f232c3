import { ChatError } from "../../errors/chat-error.ts";
import { BETA_HEADER, FIRST_VERSION } from "../../formats/anthropic-messages/header-extras.ts";
import type { GoogleConfig } from "../../google/env.ts";
import { createGoogleAccess } from "../../google/google-access.ts";
import { findError, readErrorBody as readGoogleError } from "../../google/read-error.ts";
import type { JsonObject } from "../../json/json-object.ts";
import type { ProviderDeps } from "../../platform.ts";
import { openUpstream, type UpstreamCall } from "../../upstream/open-upstream.ts";
import { type Unavailable, unavailable } from "../provider.ts";
import type { ClaudeRequest } from "./encode-request.ts";
import type { ClaudeEndpoint, ClaudeTransport } from "./transport.ts";
import { limitToVertex } from "./vertex-limits.ts";

/**
 * Vertex AI's name for Anthropic's version 2023-06-01. Newer versions have the same name in both
 * places.
 */
const DEFAULT_VERSION = "vertex-2023-10-16";

/**
 * Claude on Vertex AI (docs.cloud.google.com, "Use Anthropic's Claude models"): the same requests
 * and answers, but with the model and the answer mode in the URL, the version in the body, and
 * Google's credentials.
 */
export function createVertexTransport(
  config: GoogleConfig,
  deps: ProviderDeps,
): ClaudeTransport | Unavailable {
  const access = createGoogleAccess(config, deps);
  // CLAUDE_TRANSPORT is named because it is at fault if Google's variables are unset on purpose.
  if ("reason" in access) return unavailable(`CLAUDE_TRANSPORT is vertex: ${access.reason}`);
  const models = `${access.locationUrl("v1")}/publishers/anthropic/models`;

  return {
    // Not documented for Vertex AI; a user turn works everywhere.
    systemTurns: false,
    limit: limitToVertex,
    async open(endpoint, request, reading) {
      const { path, body } = locate(endpoint, request);
      const call: UpstreamCall = {
        ...reading,
        url: `${models}/${path}`,
        headers: createHeaders(request),
        body: JSON.stringify(body),
        readErrorBody: (errorBody, status, headers) =>
          isGoogleError(errorBody)
            ? readGoogleError(errorBody)
            : reading.readErrorBody(errorBody, status, headers),
      };
      return access.sendAuthorized(reading.signal, (headers) =>
        openUpstream({ ...call, headers: { ...call.headers, ...headers } }, deps),
      );
    },
  };
}

/** The end of the URL and the matching body. */
function locate(
  endpoint: ClaudeEndpoint,
  { body, version }: ClaudeRequest,
): { path: string; body: JsonObject } {
  const versioned = {
    anthropic_version:
      version === undefined || version === FIRST_VERSION ? DEFAULT_VERSION : version,
    ...body,
  };
  // Counting has its own address, with the model in the body.
  if (endpoint === "count_tokens") return { path: "count-tokens:rawPredict", body: versioned };
  const { model, ...rest }: JsonObject = versioned;
  return {
    path: `${readModelId(model)}:${body.stream === true ? "streamRawPredict" : "rawPredict"}`,
    body: rest,
  };
}

/** The model comes from the caller and becomes part of the URL. */
function readModelId(model: unknown): string {
  if (typeof model === "string" && /^[\w.@-]+$/.test(model) && !/^\.+$/.test(model)) return model;
  throw new ChatError("model_not_found", {
    param: "model",
    message: "This is not the name of a Claude model on Vertex AI.",
  });
}

function createHeaders({ betas }: ClaudeRequest): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (betas.length > 0) headers[BETA_HEADER] = betas.join(",");
  return headers;
}

/**
 * Google itself refuses what does not reach Claude: credentials, project, quota, a model that is
 * not enabled.
 */
function isGoogleError(body: unknown): boolean {
  return typeof findError(body)?.status === "string";
}
