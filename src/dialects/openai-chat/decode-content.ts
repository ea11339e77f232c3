import { cleanBase64, parseDataUrl } from "../../chat/base64-data.ts";
import type {
  Cache,
  DocumentPart,
  ImagePart,
  OpaquePart,
  ReasoningPart,
  TextPart,
} from "../../chat/part.ts";
import { trueMediaType } from "../../chat/repair-media.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { encodeDataUrl } from "../../formats/base64.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { FORMAT } from "../../formats/openai-chat/format.ts";
import { defined } from "../../json/defined.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { splitFields } from "./classify-fields.ts";
import type { WirePart } from "./request.ts";

/** Reports the path of something that only a server of this format supports. */
export type RequireFormat = (param: string) => void;

type ContentPart = TextPart | ImagePart | DocumentPart | ReasoningPart | OpaquePart;

/** One element of a content list → part. `param` is its path. */
export function decodeElement(
  part: WirePart,
  param: string,
  requireFormat: RequireFormat,
): ContentPart {
  switch (part.type) {
    case "text": {
      const { type: _type, text, ...rest } = part;
      return { type: "text", text, ...decodeRest(rest) };
    }
    case "refusal":
      // This format gets the original element back.
      return {
        type: "text",
        text: part.refusal,
        refusal: true,
        ...decodeRest({}, { ...part, text: undefined }),
      };
    case "thinking":
      return {
        type: "reasoning",
        text: joinThinking(part.thinking),
        ...decodeRest({}, { ...part }),
      };
    case "image_url":
      return decodeImage(part, param);
    case "file":
      return decodeFile(part, param, requireFormat);
    case "other":
      requireFormat(param);
      return opaque(part.value);
  }
}

function opaque(value: JsonObject): OpaquePart {
  return { type: "opaque", format: FORMAT, value };
}

function joinThinking(pieces: readonly { text?: string | undefined }[]): string {
  return pieces.map(({ text }) => text ?? "").join("");
}

/**
 * A part's other fields: a cache hint (OpenRouter's form), and fields that the chat model lacks.
 */
function decodeRest(
  rest: JsonObject,
  form: JsonObject = {},
): { cache?: Cache } & Pick<TextPart, "extras"> {
  const { cache_control: cacheControl, ...others } = rest;
  const { original, fields } = splitFields(others);
  const cache = decodeCacheControl(cacheControl);
  if (cache) original.cache_control = cacheControl;
  else if (cacheControl !== undefined) fields.cache_control = cacheControl;
  Object.assign(original, form);
  return {
    ...defined({ cache }),
    ...openaiChatExtras.wrap(fields, { $original: original, $element: true }),
  };
}

/** `{type: "ephemeral", ttl}` → cache hint; undefined for anything else. */
export function decodeCacheControl(value: unknown): Cache | undefined {
  if (!isJsonObject(value) || value.type !== "ephemeral") return undefined;
  if (value.ttl === "5m" || value.ttl === "1h") return { ttl: value.ttl };
  return value.ttl === undefined ? {} : undefined;
}

interface Location {
  media_type?: string;
  data?: string;
  url?: string;
}

function decodeLocation(url: string, fallbackType: string, param: string): Location {
  if (/^https?:\/\//i.test(url)) return { url };
  const inline = parseDataUrl(url);
  if (!inline) {
    throw new ChatError("invalid_request", {
      param,
      message: `${param}: must be an http(s) URL, or a data URL in base64.`,
    });
  }
  return { media_type: inline.mediaType ?? fallbackType, data: inline.data };
}

function decodeImage(part: Extract<WirePart, { type: "image_url" }>, param: string): ImagePart {
  const { type: _type, image_url: image, ...rest } = part;
  const url = typeof image === "string" ? image : image.url;
  const location = decodeLocation(
    url,
    "image/png",
    typeof image === "string" ? `${param}.image_url` : `${param}.image_url.url`,
  );
  if (location.url !== undefined && location.url.length > 8192) {
    throw new ChatError("invalid_request", {
      param: `${param}.image_url.url`,
      message: "The URL is longer than 8,192 characters.",
    });
  }
  const hasMore =
    typeof image === "string" || Object.keys(image).length > 1 || !encodesTo(location, url);
  const isMended = mend(location);
  const shown = isMended ? encodeDataUrl(location.media_type ?? "", location.data) : url;
  const original = typeof image === "string" ? shown : { ...image, url: shown };
  return {
    type: "image",
    ...location,
    ...decodeRest(rest, hasMore ? { image_url: original } : {}),
  };
}

/**
 * Puts plain base64 in the place of other, and the true type of an image in the place of a wrong
 * one. A PDF stays what the caller says.
 */
function mend(location: Location): boolean {
  const { data, media_type: said } = location;
  if (data === undefined) return false;
  const clean = cleanBase64(data) ?? data;
  const mediaType = trueMediaType(said, clean);
  if (mediaType?.startsWith("image/") && said?.startsWith("image/"))
    location.media_type = mediaType;
  location.data = clean;
  return clean !== data || location.media_type !== said;
}

/** Whether the decoded location encodes to the same URL. */
function encodesTo({ media_type: mediaType, data, url }: Location, original: string): boolean {
  return (
    url !== undefined ||
    `data:${mediaType};base64,`.length + (data?.length ?? 0) === original.length
  );
}

function decodeFile(
  part: Extract<WirePart, { type: "file" }>,
  param: string,
  requireFormat: RequireFormat,
): DocumentPart | OpaquePart {
  const { type: _type, file, ...rest } = part;
  if (file.file_data == null) {
    // A file that was uploaded to the vendor earlier.
    requireFormat(`${param}.file`);
    return opaque(part);
  }
  const location = decodeLocation(file.file_data, "application/pdf", `${param}.file.file_data`);
  const { file_data: given, filename, ...others } = file;
  const hasMore = Object.keys(others).length > 0 || filename == null || !encodesTo(location, given);
  const shown = mend(location) ? encodeDataUrl(location.media_type ?? "", location.data) : given;
  return {
    type: "document",
    ...location,
    ...defined({ title: filename ?? undefined }),
    ...decodeRest(rest, hasMore ? { file: { ...file, file_data: shown } } : {}),
  };
}
