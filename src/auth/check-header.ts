import type { JsonObject } from "../json/json-object.ts";
import { refuse } from "./auth-failure.ts";

/** What verification needs from a header that passed. */
export interface TokenHeader {
  algorithm: string;
  keyId: string | undefined;
}

/**
 * RFC 7515 says to ignore unknown members. They are refused here: the known ones among them supply
 * keys (jwk, x5c), point to keys (jku, x5u) or change what is signed (b64, crit, zip, cty).
 */
const MEMBERS: ReadonlySet<string> = new Set(["alg", "typ", "kid"]);

/** A plain JWT or an access token (RFC 9068), with or without `application/`; no other profile. */
const TYPE = /^(application\/)?(jwt|at\+jwt)$/i;

export const MAX_KEY_ID_LENGTH = 128;

/**
 * Refuses every header but a plain one. Whether a key exists for the algorithm is up to the key
 * source.
 */
export function checkHeader(header: JsonObject): TokenHeader {
  for (const member of Object.keys(header)) {
    if (!MEMBERS.has(member)) return refuse("header_member_refused");
  }
  const { alg, typ, kid } = header;
  if (typeof alg !== "string") return refuse("algorithm_refused");
  if (typ !== undefined && !(typeof typ === "string" && TYPE.test(typ)))
    return refuse("type_refused");
  if (kid !== undefined && !(typeof kid === "string" && kid.length <= MAX_KEY_ID_LENGTH))
    return refuse("key_id_invalid");
  return { algorithm: alg, keyId: kid };
}
