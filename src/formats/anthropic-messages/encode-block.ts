import { toArgumentsObject } from "../../chat/broken-arguments.ts";
import type {
  DocumentPart,
  ImagePart,
  OpaquePart,
  Part,
  ReasoningPart,
  TextPart,
} from "../../chat/part.ts";
import { isTextType, trueMediaType } from "../../chat/repair-media.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { decodeUtf8Base64 } from "../base64.ts";
import { cacheControlOf } from "./cache-control.ts";
import { anthropicExtras } from "./extras.ts";

/**
 * A part → content block. Reasoning needs Anthropic's signature; see `encodeReasoning` for others.
 */
export function encodeBlock(part: Part): JsonObject {
  switch (part.type) {
    case "text":
    case "image":
    case "document":
    case "opaque":
      return encodeContent(part);
    case "reasoning":
      return encodeReasoning(part, part.signature?.value ?? "");
    case "tool_call":
      return anthropicExtras.overlay(
        {
          type: "tool_use",
          id: part.id,
          name: part.name,
          input: toArgumentsObject(part),
          ...cacheControlOf(part),
        },
        part,
      );
    case "tool_result":
      return anthropicExtras.overlay(
        {
          type: "tool_result",
          tool_use_id: part.tool_call_id,
          ...encodeResultContent(part.content),
          ...defined({ is_error: part.is_error }),
          ...cacheControlOf(part),
        },
        part,
      );
  }
}

export function encodeReasoning(part: ReasoningPart, signature: string): JsonObject {
  return anthropicExtras.overlay(
    part.redacted
      ? { type: "redacted_thinking", data: signature }
      : { type: "thinking", thinking: part.text, signature },
    part,
  );
}

type Content = TextPart | ImagePart | DocumentPart | OpaquePart;

function encodeContent(part: Content): JsonObject {
  switch (part.type) {
    case "text":
      return anthropicExtras.overlay(
        { type: "text", text: part.text, ...cacheControlOf(part) },
        part,
      );
    case "image":
      return anthropicExtras.overlay(
        { type: "image", source: encodeImageSource(part), ...cacheControlOf(part) },
        part,
      );
    case "document":
      return anthropicExtras.overlay(
        {
          type: "document",
          source: encodeDocumentSource(part),
          ...defined({ title: part.title }),
          ...cacheControlOf(part),
        },
        part,
      );
    case "opaque":
      return part.value;
  }
}

/** Blank texts are left out: the API refuses them. */
function encodeResultContent(content: string | readonly Content[]): { content?: unknown } {
  if (typeof content === "string") return { content };
  const blocks = content
    .filter((part) => part.type !== "text" || part.text.trim() !== "")
    .map(encodeContent);
  return blocks.length === 0 ? {} : { content: blocks };
}

function encodeImageSource({ url, data = "", media_type }: ImagePart): JsonObject {
  if (url !== undefined) return { type: "url", url };
  return { type: "base64", media_type: trueMediaType(media_type, data) ?? "image/png", data };
}

function encodeDocumentSource({
  url,
  data = "",
  text,
  media_type = "application/pdf",
}: DocumentPart): JsonObject {
  if (text !== undefined) return { type: "text", media_type: "text/plain", data: text };
  if (url !== undefined) return { type: "url", url };
  // The API takes text documents as text only, and has one media type for all of them.
  const plain = isTextType(media_type) ? decodeUtf8Base64(data) : undefined;
  return plain === undefined
    ? { type: "base64", media_type, data }
    : { type: "text", media_type: "text/plain", data: plain };
}
