import type { EncodeCall } from "../../chat/encode-call.ts";
import type { DocumentPart, ImagePart } from "../../chat/part.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { defined } from "../../json/defined.ts";
import { guessMediaType } from "./guess-media-type.ts";
import type { InlineData, RequestPart } from "./request.ts";

export function encodeImage({ data, url, media_type }: ImagePart, param: string): RequestPart {
  return encodeMedia(data, url, media_type, param);
}

export function encodeDocument(
  { data, url, text, media_type, title }: DocumentPart,
  param: string,
  warn: EncodeCall["warn"],
): RequestPart {
  if (title !== undefined) {
    const message = "Gemini does not support document titles; it was left out.";
    warn({ code: "unsupported_parameter", param: `${param}.title`, message });
  }
  return text === undefined ? encodeMedia(data, url, media_type, param) : { text };
}

function encodeMedia(
  data: string | undefined,
  url: string | undefined,
  mediaType: string | undefined,
  param: string,
): RequestPart {
  if (data !== undefined) return { inlineData: encodeInline(data, mediaType, param) };
  if (url === undefined)
    throw new ChatError("invalid_request", {
      param,
      message: "The part needs data or a url.",
    });
  return { fileData: defined({ fileUri: url, mimeType: mediaType ?? guessMediaType(url) }) };
}

function encodeInline(data: string, mediaType: string | undefined, param: string): InlineData {
  if (mediaType === undefined) {
    throw new ChatError("invalid_request", {
      param: `${param}.media_type`,
      message: "data needs a media_type.",
    });
  }
  return { mimeType: mediaType, data };
}
