import { checkCredential } from "../../env/check-credential.ts";
import { parseJsonSecret } from "../../env/json-secret.ts";
import { type Unavailable, unavailable } from "../provider.ts";
import type { CursorConfig } from "./env.ts";

/** `CURSOR_API_KEY` or the `apiKey` in `CURSOR_AUTH_JSON`, or why there is none. */
export type CursorCredential = { key: string } | Unavailable;

const HOW_TO_GET_A_KEY =
  "create an API key in Cursor's dashboard (Integrations) and set CURSOR_API_KEY to it";

/** The configuration → an API key, or what the operator must do to have one. */
export function readCursorCredential(
  config: Pick<CursorConfig, "CURSOR_API_KEY" | "CURSOR_AUTH_JSON">,
  nowMs: number,
): CursorCredential {
  if (config.CURSOR_API_KEY !== undefined) return readKey(config.CURSOR_API_KEY, "CURSOR_API_KEY");
  if (config.CURSOR_AUTH_JSON === undefined)
    return unavailable(`Not configured: ${HOW_TO_GET_A_KEY}.`);
  const file = parseJsonSecret(config.CURSOR_AUTH_JSON);
  if (!file) {
    return unavailable(
      "CURSOR_AUTH_JSON is not the content of Cursor's auth.json, raw or as base64.",
    );
  }
  if (typeof file.apiKey === "string" && file.apiKey.trim() !== "") {
    if (typeof file.apiKeyExpiresAtMs === "number" && file.apiKeyExpiresAtMs <= nowMs) {
      return unavailable(`The apiKey in CURSOR_AUTH_JSON has expired: ${HOW_TO_GET_A_KEY}.`);
    }
    return readKey(file.apiKey, "CURSOR_AUTH_JSON (apiKey)");
  }
  if (file.accessToken !== undefined || file.refreshToken !== undefined) {
    // A session only opens the editor's private protocol (Connect over HTTP/2), which is not meant
    // for other programs.
    return unavailable(
      `CURSOR_AUTH_JSON has only a login session, which Cursor's public API refuses: ${HOW_TO_GET_A_KEY}.`,
      "provider_unsupported",
    );
  }
  return unavailable(`CURSOR_AUTH_JSON has no apiKey: ${HOW_TO_GET_A_KEY}.`);
}

function readKey(text: string, variable: string): CursorCredential {
  const key = text.trim();
  const fault = checkCredential(key, variable);
  return fault === undefined ? { key } : unavailable(fault);
}
