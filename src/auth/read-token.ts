import { refuse } from "./auth-failure.ts";

/** Longest token that is looked at. What is longer is refused before it is split or decoded. */
export const MAX_TOKEN_LENGTH = 8192;

/** Takes the token out of a request's headers; throws the 401 where there is none or more than one. */
export type TokenReader = (headers: Headers) => string;

const TOKEN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const BEARER = /^Bearer /i;

/**
 * The token of `Authorization: Bearer …`, the only place where one is looked for (RFC 6750 allows the query and the body too; logs keep
 * both). Runtimes join two Authorization headers with a comma, which no token has.
 */
export function readBearer(headers: Headers): string {
  const value = headers.get("authorization");
  if (value === null || !/^Bearer\b/i.test(value)) return refuse("token_missing");
  if (!BEARER.test(value)) return refuse("authorization_malformed");
  return checkForm(value.slice("Bearer ".length));
}

/**
 * The token of `x-api-key`, where clients of the Anthropic API put their key, or else of the Authorization header. Some send both:
 * then they must be the same.
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
