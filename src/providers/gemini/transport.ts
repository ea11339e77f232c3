import type { ProviderDeps } from "../../context.ts";
import { findCredentialFault } from "../../env/find-credential-fault.ts";
import { createGoogleAccess } from "../../google-auth/google-access.ts";
import type { GeminiEnv } from "./settings.ts";

export type TransportName = "api" | "vertex";

/** One of the two ways to the same models: they differ in address and credentials, hardly in what is said. */
export interface Transport {
  readonly name: TransportName;
  /** `verb` is `generateContent` and the like. The model is part of the address, so it must be safe for one. */
  url(model: string, verb: string): string;
  /** Sends a call with the credentials in its headers. */
  sendAuthorized<T>(signal: AbortSignal, send: (headers: Record<string, string>) => Promise<T>): Promise<T>;
}

export interface NoTransport {
  readonly name: TransportName;
  /** What the operator must do. */
  readonly reason: string;
}

/**
 * The environment → the way to Gemini. Where both the key and Google's credentials are set the key wins, because the credentials
 * may be there for Claude on Vertex AI; `GEMINI_TRANSPORT` says otherwise.
 */
export function createTransport(env: GeminiEnv, deps: ProviderDeps): Transport | NoTransport {
  const key = env.GEMINI_API_KEY ?? env.GOOGLE_API_KEY;
  const name =
    env.GEMINI_TRANSPORT ?? (key === undefined && env.GOOGLE_APPLICATION_CREDENTIALS_JSON !== undefined ? "vertex" : "api");
  if (name === "api") return createApiTransport(key, env);
  const access = createGoogleAccess(env, deps);
  if ("reason" in access) return { name, reason: access.reason };
  // v1beta1, as in Google's own libraries: v1 knows neither ids of function calls nor all of the schema fields.
  const base = `${access.locationUrl("v1beta1")}/publishers/google/models`;
  return { name, url: (model, verb) => `${base}/${model}:${verb}`, sendAuthorized: access.sendAuthorized };
}

function createApiTransport(key: string | undefined, env: GeminiEnv): Transport | NoTransport {
  if (key === undefined) {
    const reason =
      env.GEMINI_TRANSPORT === "api"
        ? "Set GEMINI_API_KEY, or GEMINI_TRANSPORT to vertex."
        : "Set GEMINI_API_KEY, or GOOGLE_APPLICATION_CREDENTIALS_JSON for Vertex AI.";
    return { name: "api", reason };
  }
  const fault = findCredentialFault(key, env.GEMINI_API_KEY === undefined ? "GOOGLE_API_KEY" : "GEMINI_API_KEY");
  if (fault !== undefined) return { name: "api", reason: fault };
  const headers = { "x-goog-api-key": key };
  return {
    name: "api",
    url: (model, verb) => `${env.GEMINI_BASE_URL}/v1beta/models/${model}:${verb}`,
    sendAuthorized: (_signal, send) => send(headers),
  };
}
