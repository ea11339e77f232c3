import type { Warning } from "../../chat/event.ts";
import type { Extras } from "../../chat/format.ts";
import type { Cache, DocumentPart, ImagePart, Part, TextPart } from "../../chat/part.ts";
import { isTextType } from "../../chat/repair-media.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { decodeUtf8Base64, encodeDataUrl } from "../base64.ts";
import { openaiChatExtras } from "./extras.ts";
import type { Quirks } from "./quirks.ts";
import { refusePrivateUrls } from "./refuse-private-urls.ts";

export interface EncodeContext {
  readonly quirks: Quirks;
  warn(warning: Warning): void;
  /** Counts a cache hint that the server has no known field for. */
  noteLostCache(): void;
}

/** A cache hint → `cache_control`, if the server supports it. */
export function encodeCache(
  holder: { cache?: Cache | undefined; extras?: Extras | undefined },
  context: EncodeContext,
): JsonObject {
  if (!holder.cache || openaiChatExtras.note(holder, "$cache_on_message") === true) return {};
  if (context.quirks.cache === "cache_control") {
    const { ttl } = holder.cache;
    return { cache_control: { type: "ephemeral", ...(ttl === undefined ? {} : { ttl }) } };
  }
  if (
    !holder.cache.best_effort &&
    context.quirks.cache === "as_given" &&
    openaiChatExtras.noteFields(holder, "$original").cache_control === undefined
  )
    context.noteLostCache();
  return {};
}

/** Parts that belong in a message's content. Reasoning, calls and results go elsewhere. */
export type ContentPart = Exclude<Part, { type: "reasoning" | "tool_call" | "tool_result" }>;

export function isContentPart(part: Part): part is ContentPart {
  return part.type !== "reasoning" && part.type !== "tool_call" && part.type !== "tool_result";
}

/**
 * Parts → `content`. A single text goes out as a string, which every server takes, unless the
 * caller sent it as a list element (see the note `$element`) or it has a cache hint.
 */
export function encodeContent(
  parts: readonly ContentPart[],
  context: EncodeContext,
): string | JsonObject[] {
  const elements: JsonObject[] = [];
  const texts: string[] = [];
  for (const part of parts) {
    const element = encodeElement(part, context);
    elements.push(element);
    if (typeof element.text === "string" && Object.keys(element).length === 2)
      texts.push(element.text);
  }
  const onlyTexts = texts.length === elements.length && !parts.some(isListElement);
  if (onlyTexts && texts.length === 1) return texts[0] ?? "";
  if (context.quirks.text_content === "joined" && texts.length === elements.length)
    return texts.join("\n");
  return elements;
}

/** Whether the caller sent the part as a list element in this format. */
export function isListElement(part: Part): boolean {
  return part.type !== "opaque" && openaiChatExtras.note(part, "$element") === true;
}

/** One part → an element of a content list. */
export function encodeElement(part: ContentPart, context: EncodeContext): JsonObject {
  if (part.type === "opaque") {
    refusePrivateUrls(part.value);
    return part.value;
  }
  const element = encodeKnown(part, context.quirks);
  Object.assign(element, encodeCache(part, context));
  const overlaid = openaiChatExtras.overlay(element, part);
  if (overlaid !== element) refusePrivateUrls(overlaid);
  return overlaid;
}

function encodeKnown(part: TextPart | ImagePart | DocumentPart, quirks: Quirks): JsonObject {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image":
      return {
        type: "image_url",
        image_url: { url: part.url ?? encodeDataUrl(part.media_type ?? "image/png", part.data) },
      };
    case "document":
      return encodeDocument(part, quirks);
  }
}

function encodeDocument(part: DocumentPart, quirks: Quirks): JsonObject {
  const { title, media_type = "application/pdf" } = part;
  // Most servers read only PDFs. A caller of this format knows what the server reads.
  const asText = isTextType(media_type) && !(isListElement(part) && quirks.documents === "file");
  const text =
    part.text ?? (asText && part.data !== undefined ? decodeUtf8Base64(part.data) : undefined);
  if (text !== undefined)
    return { type: "text", text: title === undefined ? text : `${title}\n\n${text}` };
  const location = part.url ?? encodeDataUrl(media_type, part.data);
  if (quirks.documents === "document_url") {
    return {
      type: "document_url",
      document_url: location,
      ...defined({ document_name: title }),
    };
  }
  return { type: "file", file: { filename: title ?? "document.pdf", file_data: location } };
}
