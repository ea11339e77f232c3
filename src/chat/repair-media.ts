import type { DocumentPart, ImagePart } from "./part.ts";

/** Names that clients use for a media type, and the registered one (IANA). */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["image/jpg", "image/jpeg"],
  ["image/pjpeg", "image/jpeg"],
  ["image/jfif", "image/jpeg"],
  ["image/x-png", "image/png"],
  ["image/x-webp", "image/webp"],
  ["image/x-gif", "image/gif"],
  ["application/x-pdf", "application/pdf"],
]);

/** The first base64 characters of files of each type. */
const BEGINNINGS: readonly (readonly [beginning: string, mediaType: string])[] = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["JVBERi0", "application/pdf"],
];

/** `RIFF`, four bytes of length, `WEBP`. */
const WEBP = /^UklGR.{6}XRUJQ/;

/** The type that the data itself shows; undefined if it is none of those that vendors check. */
function typeOfData(data: string): string | undefined {
  const known = BEGINNINGS.find(([beginning]) => data.startsWith(beginning))?.[1];
  return known ?? (WEBP.test(data.slice(0, 20)) ? "image/webp" : undefined);
}

/**
 * The media type by which a vendor takes this data: what it really is, under the registered name.
 */
export function trueMediaType(mediaType: string | undefined, data = ""): string | undefined {
  const name = mediaType?.toLowerCase().split(";", 1)[0]?.trim();
  return typeOfData(data) ?? (name === undefined ? undefined : (ALIASES.get(name) ?? name));
}

/** `data:image/png;base64,` before data that should be base64 alone. */
const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w.+-]+=[\w.+-]+)*;base64,/i;

/**
 * An image or a document under its true type, because vendors refuse what is mislabelled: by the
 * beginning of its data, else by the registered name of its type. A PDF that was sent as an image
 * becomes a document, and the reverse. The same part if nothing is wrong with it.
 */
export function repairMedia(part: ImagePart | DocumentPart): ImagePart | DocumentPart {
  const { data } = part;
  if (data === undefined) {
    const named = trueMediaType(part.media_type);
    return named === part.media_type || named === undefined ? part : { ...part, media_type: named };
  }
  const prefix = DATA_URL.exec(data.slice(0, 300));
  const base64 = prefix ? data.slice(prefix[0].length) : data;
  const mediaType = trueMediaType(prefix?.[1] ?? part.media_type, base64);
  if (mediaType === undefined) return part;
  if (mediaType.startsWith("image/") && part.type === "document") {
    const { title: _title, text: _text, ...rest } = part;
    return { ...rest, type: "image", data: base64, media_type: mediaType };
  }
  if (mediaType === "application/pdf" && part.type === "image")
    return { ...part, type: "document", data: base64, media_type: mediaType };
  return mediaType === part.media_type && !prefix
    ? part
    : { ...part, data: base64, media_type: mediaType };
}
