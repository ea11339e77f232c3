import { checkCredential } from "../../env/check-credential.ts";
import { createGoogleAccess } from "../../google/google-access.ts";
import type { ProviderDeps } from "../../platform.ts";
import { type Unavailable, unavailable } from "../provider.ts";
import type { GeminiConfig } from "./env.ts";

export type TransportName = "api" | "vertex";

/** One of the two ways to the same models: they differ in address and credentials, hardly in what is said. */
export interface Transport {
  readonly name: TransportName;
  /** `verb` is `generateContent` and the like. The model is part of the address, so it must be safe for one. */
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
 * The environment → the way to Gemini. Where both the key and Google's credentials are set the key wins, because the credentials
 * may be there for Claude on Vertex AI; `GEMINI_TRANSPORT` says otherwise.
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
  // v1beta1, as in Google's own libraries: v1 knows neither ids of function calls nor all of the schema fields.
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
