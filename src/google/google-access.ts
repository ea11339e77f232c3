import { ChatError } from "../errors/chat-error.ts";
import type { ProviderDeps } from "../platform.ts";
import type { GoogleCredentials } from "./credentials.ts";
import type { GoogleConfig } from "./env.ts";
import { readCredentials } from "./read-credentials.ts";
import { createTokenSource } from "./token-source.ts";

/** Locations that span several regions of a continent. Their hosts have another form. */
const MULTI_REGIONS: ReadonlySet<string> = new Set(["us", "eu"]);

/**
 * A Google Cloud project and location in which this server may call models (`GOOGLE_CLOUD_PROJECT`,
 * `VERTEX_LOCATION`).
 */
export interface GoogleAccess {
  /**
   * `https://<host>/<version>/projects/<project>/locations/<location>`, without a trailing slash.
   */
  locationUrl(version: "v1" | "v1beta1"): string;
  /**
   * Sends a call with a valid access token in its headers. If the upstream refuses the token with
   * 401, drops it and sends the call once more with a new one.
   */
  sendAuthorized<T>(
    signal: AbortSignal,
    send: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T>;
}

/** The configuration → access to Vertex AI, or what the operator must do to get it. */
export function createGoogleAccess(
  config: GoogleConfig,
  deps: Pick<ProviderDeps, "fetch" | "now">,
): GoogleAccess | { reason: string } {
  const read = readCredentials(config);
  if ("reason" in read) return read;
  const { credentials } = read;
  const project =
    config.GOOGLE_CLOUD_PROJECT ?? config.GEMINI_CODE_PROJECT ?? projectOf(credentials);
  if (project === undefined) {
    return {
      reason:
        "Set GOOGLE_CLOUD_PROJECT: the credentials in GOOGLE_APPLICATION_CREDENTIALS_JSON name no project.",
    };
  }
  const location = config.VERTEX_LOCATION ?? config.GOOGLE_CLOUD_LOCATION ?? "global";
  if (!isLocation(location)) {
    const variable =
      config.VERTEX_LOCATION === undefined ? "GOOGLE_CLOUD_LOCATION" : "VERTEX_LOCATION";
    return { reason: `${variable} is not a location such as europe-west4, us, eu or global.` };
  }
  const baseUrl = config.VERTEX_BASE_URL ?? vertexBaseUrl(location);
  const source = createTokenSource(async () => {
    // A token lasts an hour.
    const { exchangeToken } = await import("./exchange-token.ts");
    return exchangeToken(credentials, config.GOOGLE_TOKEN_URL, deps);
  }, deps.now);

  function createHeaders(token: string): Record<string, string> {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    const quotaProject = credentials.quota_project_id;
    if (quotaProject !== undefined) headers["x-goog-user-project"] = quotaProject;
    return headers;
  }

  return {
    locationUrl: (version) =>
      `${baseUrl}/${version}/projects/${encodeURIComponent(project)}/locations/${location}`,
    async sendAuthorized(signal, send) {
      const token = await source.getToken(signal);
      try {
        return await send(createHeaders(token));
      } catch (thrown) {
        if (!(thrown instanceof ChatError) || thrown.upstreamStatus !== 401) throw thrown;
        source.dropToken(token);
      }
      return send(createHeaders(await source.getToken(signal)));
    },
  };
}

function projectOf(credentials: GoogleCredentials): string | undefined {
  return credentials.type === "service_account"
    ? (credentials.project_id ?? credentials.quota_project_id)
    : credentials.quota_project_id;
}

/** Whether a text can be a location; it becomes part of a host name. */
function isLocation(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,62}$/.test(text);
}

/**
 * Vertex AI's base URL for a location
 * (cloud.google.com/vertex-ai/generative-ai/docs/learn/locations).
 */
function vertexBaseUrl(location: string): string {
  if (location === "global") return "https://aiplatform.googleapis.com";
  if (MULTI_REGIONS.has(location)) return `https://aiplatform.${location}.rep.googleapis.com`;
  return `https://${location}-aiplatform.googleapis.com`;
}
