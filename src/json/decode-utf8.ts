import { JsonError } from "./json-error.ts";

// ignoreBOM keeps a byte order mark in the text, so that the JSON parser refuses it instead of the
// decoder dropping it silently.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes as text; throws a JsonError if they are not UTF-8. */
export function decodeUtf8(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new JsonError("utf8");
  }
}
