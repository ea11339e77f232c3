import { parseDataUrl } from "../../chat/base64-data.ts";
import type { DocumentPart, ImagePart, OpaquePart, TextPart } from "../../chat/part.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { readString } from "../../json/narrow.ts";
import { omit } from "../../json/omit.ts";
import { openaiResponsesExtras } from "./extras.ts";

/**
 * A content part of a user's message or a tool's output → part; opaque if the chat model lacks it.
 */
export function decodeContent(
  content: JsonObject,
): TextPart | ImagePart | DocumentPart | OpaquePart {
  switch (content.type) {
    case "input_text":
    case "output_text": {
      const text = readString(content.text);
      if (text === undefined) break;
      const fields = omit(content, TEXT_FIELDS);
      if (content.type === "output_text") fields.$type = "output_text";
      return { type: "text", text, ...openaiResponsesExtras.wrap(fields) };
    }
    case "input_image": {
      const source = readUrl(content.image_url);
      if (!source || readString(content.file_id)) break;
      const { detail, ...fields } = omit(content, IMAGE_FIELDS);
      // The official clients must send it, and its default says nothing.
      if (detail === "auto") fields.$original = { detail };
      else if (detail !== undefined) fields.detail = detail;
      return { type: "image", ...source, ...openaiResponsesExtras.wrap(fields) };
    }
    case "input_file": {
      if (readString(content.file_id)) break;
      const data = readUrl(content.file_data);
      const url = readString(content.file_url);
      const source =
        data && "data" in data ? data : url && !content.file_data ? { url } : undefined;
      if (!source) break;
      const title = readString(content.filename);
      const fields = omit(content, FILE_FIELDS);
      // A file's URL is sent without its name, and unnamed data would get a name.
      if ("url" in source && title !== undefined) fields.filename = title;
      if ("data" in source && title === undefined) fields.$unset = ["filename"];
      return {
        type: "document",
        ...source,
        ...defined({ title }),
        ...openaiResponsesExtras.wrap(fields),
      };
    }
  }
  return { type: "opaque", format: "openai_responses", value: content };
}

const TEXT_FIELDS: ReadonlySet<string> = new Set(["type", "text"]);
const IMAGE_FIELDS: ReadonlySet<string> = new Set(["type", "image_url"]);
const FILE_FIELDS: ReadonlySet<string> = new Set(["type", "file_data", "file_url", "filename"]);

function readUrl(
  value: unknown,
): { url: string } | { media_type?: string; data: string } | undefined {
  if (typeof value !== "string") return undefined;
  const inline = parseDataUrl(value);
  if (inline) return { data: inline.data, ...defined({ media_type: inline.mediaType }) };
  return /^\s*data:/i.test(value) ? undefined : { url: value };
}
