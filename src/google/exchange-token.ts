import { ChatError } from "../errors/chat-error.ts";
import { defined } from "../json/defined.ts";
import { isJsonObject } from "../json/json-object.ts";
import { readString } from "../json/narrow.ts";
import type { ProviderDeps } from "../platform.ts";
import { classifyFetchError } from "../upstream/classify-fetch-error.ts";
import { mapStatus } from "../upstream/map-status.ts";
import { readErrorJson } from "../upstream/read-body.ts";
import type {
  AuthorizedUser,
  ExternalAccount,
  GoogleCredentials,
  ServiceAccount,
} from "./credentials.ts";
import { SCOPE, signAssertion } from "./sign-assertion.ts";

export interface AccessToken {
  value: string;
  expiresAtMs: number;
}

export type ExchangeDeps = Pick<ProviderDeps, "fetch" | "now">;

/** A token server that takes longer is considered down. */
const TIMEOUT_MS = 10_000;
/** Used if the server gives no lifetime. Google's tokens live for an hour. */
const DEFAULT_LIFETIME_SECONDS = 3600;
const CREDENTIALS_MESSAGE =
  "Google refused this server's credentials; the operator must renew GOOGLE_APPLICATION_CREDENTIALS_JSON.";

/**
 * Credentials → access token. `tokenUrl` (`GOOGLE_TOKEN_URL`) replaces the address in the
 * credentials.
 */
export async function exchangeToken(
  credentials: GoogleCredentials,
  tokenUrl: string | undefined,
  deps: ExchangeDeps,
): Promise<AccessToken> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  switch (credentials.type) {
    case "service_account":
      return exchangeAssertion(credentials, tokenUrl, deps, signal);
    case "authorized_user":
      return refreshUserToken(credentials, tokenUrl, deps, signal);
    case "external_account":
      return exchangeSubjectToken(credentials, tokenUrl, deps, signal);
  }
}

async function exchangeAssertion(
  account: ServiceAccount,
  tokenUrl: string | undefined,
  deps: ExchangeDeps,
  signal: AbortSignal,
) {
  return postForm(
    tokenUrl ?? account.token_uri,
    {
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: await signAssertion(account, deps.now()),
    },
    deps,
    signal,
  );
}

function refreshUserToken(
  user: AuthorizedUser,
  tokenUrl: string | undefined,
  deps: ExchangeDeps,
  signal: AbortSignal,
) {
  const { client_id, client_secret, refresh_token } = user;
  return postForm(
    tokenUrl ?? user.token_uri,
    { grant_type: "refresh_token", client_id, client_secret, refresh_token },
    deps,
    signal,
  );
}

async function exchangeSubjectToken(
  account: ExternalAccount,
  tokenUrl: string | undefined,
  deps: ExchangeDeps,
  signal: AbortSignal,
): Promise<AccessToken> {
  const federated = await postForm(
    tokenUrl ?? account.token_url,
    {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      audience: account.audience,
      scope: SCOPE,
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      subject_token: await readSubjectToken(account, deps, signal),
      subject_token_type: account.subject_token_type,
    },
    deps,
    signal,
  );
  const impersonation = account.service_account_impersonation_url;
  if (impersonation === undefined) return federated;
  // With `GOOGLE_TOKEN_URL`, every step of the exchange goes to that server.
  const url =
    tokenUrl === undefined
      ? impersonation
      : new URL(new URL(impersonation).pathname, tokenUrl).href;
  return impersonate(url, federated.value, deps, signal);
}

async function readSubjectToken(
  account: ExternalAccount,
  deps: ExchangeDeps,
  signal: AbortSignal,
): Promise<string> {
  const { url, headers, format } = account.credential_source;
  const response = await call(url, { method: "GET", headers: headers ?? {}, signal }, deps);
  const text = await response.text().catch((thrown: unknown) => {
    throw classifyFetchError(thrown, "body");
  });
  if (response.status !== 200)
    throw new ChatError("upstream_auth", {
      logReason: "subject_token_status",
      message: CREDENTIALS_MESSAGE,
    });
  const token =
    format?.type === "json"
      ? readField(text, format.subject_token_field_name ?? "access_token")
      : text.trim();
  if (!token)
    throw new ChatError("upstream_auth", {
      logReason: "subject_token_missing",
      message: CREDENTIALS_MESSAGE,
    });
  return token;
}

function readField(text: string, field: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isJsonObject(body) ? readString(body[field]) : undefined;
  } catch {
    return undefined;
  }
}

async function impersonate(
  url: string,
  token: string,
  deps: ExchangeDeps,
  signal: AbortSignal,
): Promise<AccessToken> {
  const body = await postJson(
    url,
    {
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ scope: [SCOPE], lifetime: "3600s" }),
    },
    deps,
    signal,
  );
  const expiresAtMs =
    typeof body.expireTime === "string" ? Date.parse(body.expireTime) : Number.NaN;
  return createToken(
    body.accessToken,
    Number.isNaN(expiresAtMs) ? undefined : expiresAtMs,
    deps.now(),
  );
}

async function postForm(
  url: string,
  fields: Record<string, string>,
  deps: ExchangeDeps,
  signal: AbortSignal,
): Promise<AccessToken> {
  const now = deps.now();
  const body = await postJson(
    url,
    {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields).toString(),
    },
    deps,
    signal,
  );
  const lifetime = Number(body.expires_in ?? Number.NaN);
  return createToken(body.access_token, lifetime > 0 ? now + lifetime * 1000 : undefined, now);
}

function createToken(value: unknown, expiresAtMs: number | undefined, now: number): AccessToken {
  // A token with a line break, for example, could not be sent in a header.
  if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) {
    throw new ChatError("upstream_invalid_response", { logReason: "google_token" });
  }
  return { value, expiresAtMs: expiresAtMs ?? now + DEFAULT_LIFETIME_SECONDS * 1000 };
}

async function postJson(
  url: string,
  init: { headers: Record<string, string>; body: string },
  deps: ExchangeDeps,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const response = await call(url, { method: "POST", ...init, signal }, deps);
  const body = await readErrorJson(response);
  if (response.status !== 200) throw createExchangeError(response.status, body);
  if (!isJsonObject(body))
    throw new ChatError("upstream_invalid_response", { logReason: "google_token" });
  return body;
}

async function call(url: string, init: RequestInit, deps: ExchangeDeps): Promise<Response> {
  try {
    return await deps.fetch(url, { ...init, redirect: "manual" });
  } catch (thrown) {
    if (init.signal?.aborted)
      throw new ChatError("upstream_timeout", { logReason: "google_token" });
    throw classifyFetchError(thrown, "connect");
  }
}

/** If the credentials are refused (RFC 6749 5.2), the operator must act; anything else may pass. */
function createExchangeError(status: number, body: unknown): ChatError {
  const code = isJsonObject(body) ? readString(body.error) : undefined;
  const detail = defined({
    logReason: "google_token",
    upstreamStatus: status,
    upstreamCode: code?.slice(0, 100),
  });
  const refused = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return refused
    ? new ChatError("upstream_auth", { ...detail, message: CREDENTIALS_MESSAGE })
    : new ChatError(mapStatus(status), detail);
}
