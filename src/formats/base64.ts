/** Base64 → text; undefined if it is not base64 or not UTF-8. */
export function decodeUtf8Base64(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function encodeDataUrl(mediaType: string, data = ""): string {
  return `data:${mediaType};base64,${data}`;
}
