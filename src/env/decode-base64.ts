/**
 * Base64 or base64url as it arrives in environment variables, padded or not and with line breaks
 * inside → bytes; null for anything else.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const base64 = text
    .replace(/\s+/g, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/=+$/, "");
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
