import { checkCredential } from "../../env/check-credential.ts";
import { createGoogleAccess } from "../../google/google-access.ts";
import type { ProviderDeps } from "../../platform.ts";
import { type Unavailable, unavailable } from "../provider.ts";
import type { GeminiConfig } from "./env.ts";

export type TransportName = "api" | "vertex";

/** One of the two ways to the same models. They differ in URL and credentials, and little else. */
export interface Transport {
  readonly name: TransportName;
  /**
   * `verb` is `generateContent`, for example. The model becomes part of the URL and must be safe
   * there.
   */
  url(model: string, verb: string): string;
  /** Sends a call with the credentials in its headers. */
  sendAuthorized<T>(
    signal: AbortSignal,
    send: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T>;
}

export interface NoTransport extends Unavailable {
  readonly name: TransportName;
}

/**
 * The configuration → the way to Gemini. If both a key and Google's credentials are set, the key
 * wins, because the credentials may be meant for Claude on Vertex AI; `GEMINI_TRANSPORT` overrides
 * that.
 */
export function createTransport(config: GeminiConfig, deps: ProviderDeps): Transport | NoTransport {
  const key = config.GEMINI_API_KEY ?? config.GOOGLE_API_KEY;
  const name =
    config.GEMINI_TRANSPORT ??
    (key === undefined && config.GOOGLE_APPLICATION_CREDENTIALS_JSON !== undefined
      ? "vertex"
      : "api");
  if (name === "api") return createApiTransport(key, config);
  const access = createGoogleAccess(config, deps);
  if ("reason" in access) return { name, ...unavailable(access.reason) };
  // v1beta1, like Google's own libraries: v1 lacks the ids of function calls and some schema
  // fields.
  const base = `${access.locationUrl("v1beta1")}/publishers/google/models`;
  return {
    name,
    url: (model, verb) => `${base}/${model}:${verb}`,
    sendAuthorized: access.sendAuthorized,
  };
}

function createApiTransport(
  key: string | undefined,
  config: GeminiConfig,
): Transport | NoTransport {
  if (key === undefined) {
    const reason =
      config.GEMINI_TRANSPORT === "api"
        ? "Set GEMINI_API_KEY, or GEMINI_TRANSPORT to vertex."
        : "Set GEMINI_API_KEY, or GOOGLE_APPLICATION_CREDENTIALS_JSON for Vertex AI.";
    return { name: "api", ...unavailable(reason) };
  }
  const fault = checkCredential(
    key,
    config.GEMINI_API_KEY === undefined ? "GOOGLE_API_KEY" : "GEMINI_API_KEY",
  );
  if (fault !== undefined) return { name: "api", ...unavailable(fault) };
  const headers = { "x-goog-api-key": key };
  return {
    name: "api",
    url: (model, verb) => `${config.GEMINI_BASE_URL}/v1beta/models/${model}:${verb}`,
    sendAuthorized: (_signal, send) => send(headers),
  };
}
