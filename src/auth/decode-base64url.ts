import { decode } from "jose/base64url";

/** Whole groups of four, then nothing, or two or three characters whose unused low bits are zero. */
const CANONICAL =
  /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/;

/**
 * Canonical base64url without padding → bytes; null for anything else. The runtimes' own decoders take padding, white space and
 * several texts for the same bytes.
 */
export function decodeBase64url(text: string): Uint8Array | null {
  return CANONICAL.test(text) ? decode(text) : null;
}
