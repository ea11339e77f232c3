import { cleanBase64, firstBytes, parseDataUrl } from "./base64-data.ts";
import type { Format } from "./format.ts";
import type { DocumentPart, ImagePart } from "./part.ts";

/** Names that clients use for a media type, and the registered one (IANA). */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["image/jpg", "image/jpeg"],
  ["image/pjpeg", "image/jpeg"],
  ["image/jfif", "image/jpeg"],
  ["image/x-png", "image/png"],
  ["image/x-webp", "image/webp"],
  ["image/x-gif", "image/gif"],
  ["image/x-ms-bmp", "image/bmp"],
  ["image/x-bmp", "image/bmp"],
  ["image/tif", "image/tiff"],
  ["application/x-pdf", "application/pdf"],
]);

/** How files of each type begin, one character for each byte. */
const BEGINNINGS: readonly (readonly [beginning: RegExp, mediaType: string])[] = [
  [/^\x89PNG\r\n/, "image/png"],
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^GIF8/, "image/gif"],
  [/^RIFF.{4}WEBP/s, "image/webp"],
  [/^%PDF-/, "application/pdf"],
  [/^BM.{4}\0{4}/s, "image/bmp"],
  [/^(?:II\*\0|MM\0\*)/, "image/tiff"],
  [/^.{4}ftyp(?:hei|hev|mif1|msf1)/s, "image/heic"],
  [/^.{4}ftypavi/s, "image/avif"],
  [/^<svg/i, "image/svg+xml"],
];

/** As many bytes as the longest beginning. */
const LONGEST_BEGINNING = 12;

/** The type that the data itself shows; undefined if it is none of those above. */
function typeOfData(data: string): string | undefined {
  const bytes = firstBytes(data, LONGEST_BEGINNING);
  return BEGINNINGS.find(([beginning]) => beginning.test(bytes))?.[1];
}

/**
 * The media type by which a vendor takes this data: what it really is, under the registered name.
 */
export function trueMediaType(mediaType: string | undefined, data = ""): string | undefined {
  const name = mediaType?.toLowerCase().split(";", 1)[0]?.trim();
  return typeOfData(data) ?? (name === undefined ? undefined : (ALIASES.get(name) ?? name));
}

/**
 * An image or a document under its true type and in plain base64, because vendors refuse what is
 * mislabelled: by the beginning of its data, else by the registered name of its type. A PDF that was
 * sent as an image becomes a document, and the reverse. The same part if nothing is wrong with it;
 * null if its data is not base64.
 */
export function repairMedia(part: ImagePart | DocumentPart): ImagePart | DocumentPart | null {
  if (part.data === undefined) {
    const named = trueMediaType(part.media_type);
    return named === part.media_type || named === undefined ? part : { ...part, media_type: named };
  }
  const url = parseDataUrl(part.data);
  const data = cleanBase64(url?.data ?? part.data);
  if (data === undefined) return null;
  const mediaType = trueMediaType(url?.mediaType ?? part.media_type, data);
  const media = mediaType === undefined ? { data } : { data, media_type: mediaType };
  if (mediaType?.startsWith("image/") && part.type === "document") {
    const { title: _title, text: _text, ...rest } = part;
    return { ...rest, type: "image", ...media };
  }
  if (mediaType === "application/pdf" && part.type === "image")
    return { ...part, type: "document", ...media };
  return data === part.data && (mediaType === part.media_type || mediaType === undefined)
    ? part
    : { ...part, ...media };
}

/** The images that vendors of each format read; absent if that depends on the server. */
const IMAGES: Readonly<Partial<Record<Format, readonly string[]>>> = {
  // platform.claude.com/docs/en/build-with-claude/vision
  anthropic: ["image/jpeg", "image/png", "image/gif", "image/webp"],
  // platform.openai.com/docs/guides/images-vision
  openai_responses: ["image/png", "image/jpeg", "image/webp", "image/gif"],
  // ai.google.dev/gemini-api/docs/image-understanding; Vertex AI takes GIF too.
  google: ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif", "image/gif"],
};

/** Whether a file of this type is a text. */
export function isTextType(mediaType: string): boolean {
  return /^text\/|^application\/(?:json|xml|(?:x-)?yaml|javascript|toml|sql)$|\+(?:json|xml)$/.test(
    mediaType,
  );
}

/** What a vendor reads in the place of this file, if it does not read it. */
export function unreadMedia(
  { type, data, media_type: mediaType }: ImagePart | DocumentPart,
  format: Format | null,
): string | undefined {
  if (data === undefined || mediaType === undefined || format === null) return undefined;
  const images = IMAGES[format];
  if (type === "image") return images?.includes(mediaType) ? undefined : images?.join(", ");
  // "Input should be 'application/pdf'", and texts are sent as such.
  const isRead = format !== "anthropic" || mediaType === "application/pdf" || isTextType(mediaType);
  return isRead ? undefined : "application/pdf and texts";
}
