/**
 * Base64 or base64url → bytes; undefined for anything else. Padding may be missing, since
 * `cut -d= -f2` cuts it off, and white space is skipped, since many tools wrap lines.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const base64 = text
    .replace(/\s+/g, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/=+$/, "");
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
