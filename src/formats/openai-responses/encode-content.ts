import type { DocumentPart, ImagePart, OpaquePart, TextPart } from "../../chat/part.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { encodeDataUrl } from "../base64.ts";
import { openaiResponsesExtras } from "./extras.ts";

/** OpenAI requires a name for file data. */
const UNNAMED_FILE = "document.pdf";

/** Content of a user's message or a tool's output → content part. */
export function encodeContent(part: TextPart | ImagePart | DocumentPart | OpaquePart): JsonObject {
  if (part.type === "opaque") return part.value;
  return openaiResponsesExtras.overlay(encodeOwn(part), part);
}

function encodeOwn(part: TextPart | ImagePart | DocumentPart): JsonObject {
  switch (part.type) {
    case "text":
      return { type: openaiResponsesExtras.note(part, "$type") ?? "input_text", text: part.text };
    case "image":
      return {
        type: "input_image",
        image_url: part.url ?? encodeDataUrl(part.media_type ?? "image/png", part.data),
      };
    case "document":
      if (part.text !== undefined) {
        return {
          type: "input_text",
          text: part.title === undefined ? part.text : `${part.title}\n\n${part.text}`,
        };
      }
      if (part.url !== undefined) return { type: "input_file", file_url: part.url };
      return {
        type: "input_file",
        filename: part.title ?? UNNAMED_FILE,
        file_data: encodeDataUrl(part.media_type ?? "application/pdf", part.data),
      };
  }
}
