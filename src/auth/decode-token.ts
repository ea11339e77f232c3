import { decode } from "jose/base64url";
import { decodeUtf8 } from "../json/decode-utf8.ts";
import { JsonError } from "../json/json-error.ts";
import { isJsonObject, type JsonObject } from "../json/json-object.ts";
import { parseStrictJson } from "../json/parse-strict-json.ts";
import { refuse } from "./auth-failure.ts";
import { MAX_TOKEN_LENGTH } from "./read-token.ts";

/** How deep a token's header and claims may be nested. */
const MAX_TOKEN_DEPTH = 32;

/**
 * Whole groups of four, then nothing, or two or three characters whose unused low bits are zero.
 */
const CANONICAL_BASE64URL =
  /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/;

/** A decoded token; nothing in it is verified yet. */
export interface DecodedToken {
  header: JsonObject;
  claims: JsonObject;
}

/**
 * A compact JWS → header and claims. Each token has exactly one accepted text; anything else throws
 * the 401.
 */
export function decodeToken(token: string): DecodedToken {
  if (token.length > MAX_TOKEN_LENGTH) return refuse("token_too_long");
  const [header, payload, signature, ...more] = token.split(".");
  if (!header || !payload || !signature || more.length > 0) return refuse("token_malformed");
  if (decodeBase64url(signature) === null) return refuse("token_malformed");
  return {
    header: decodeSegment(header, "header_invalid"),
    claims: decodeSegment(payload, "payload_invalid"),
  };
}

/**
 * Canonical base64url without padding → bytes; null for anything else. The runtimes' own decoders
 * accept padding, white space and several texts for the same bytes.
 */
export function decodeBase64url(text: string): Uint8Array | null {
  return CANONICAL_BASE64URL.test(text) ? decode(text) : null;
}

function decodeSegment(segment: string, failure: "header_invalid" | "payload_invalid"): JsonObject {
  const bytes = decodeBase64url(segment);
  if (bytes === null) return refuse("token_malformed");
  try {
    const value = parseStrictJson(decodeUtf8(bytes), MAX_TOKEN_DEPTH);
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (error instanceof JsonError) return refuse(failure, error.reason);
    throw error;
  }
  return refuse(failure, "not_an_object");
}
