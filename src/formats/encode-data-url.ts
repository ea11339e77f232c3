/** Base64 → a data URL. */
export function encodeDataUrl(mediaType: string, data = ""): string {
  return `data:${mediaType};base64,${data}`;
}
