import { refuse } from "./auth-failure.ts";

/** Longest token accepted; a longer one is refused before it is split or decoded. */
export const MAX_TOKEN_LENGTH = 8192;

/** Reads the token from a request's headers; throws the 401 if there is none, or more than one. */
export type TokenReader = (headers: Headers) => string;

const TOKEN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const BEARER = /^Bearer /i;

/**
 * The token of `Authorization: Bearer …`, the only place that is read: RFC 6750 also allows the
 * query and the body, but those end up in logs. Runtimes join two Authorization headers with a
 * comma, which no token contains.
 */
export function readBearer(headers: Headers): string {
  const value = headers.get("authorization");
  if (value === null || !/^Bearer\b/i.test(value)) return refuse("token_missing");
  if (!BEARER.test(value)) return refuse("authorization_malformed");
  return checkForm(value.slice("Bearer ".length));
}

/**
 * The token of `x-api-key`, the header for keys in clients of the Anthropic API, else of the
 * Authorization header. Some clients send both: then they must be equal.
 */
export function readApiKey(headers: Headers): string {
  const value = headers.get("x-api-key");
  if (value === null) return readBearer(headers);
  const token = checkForm(value);
  if (headers.has("authorization") && readBearer(headers) !== token)
    return refuse("credentials_conflict");
  return token;
}

function checkForm(token: string): string {
  if (token.length > MAX_TOKEN_LENGTH) return refuse("token_too_long");
  if (!TOKEN.test(token)) return refuse("authorization_malformed");
  return token;
}
