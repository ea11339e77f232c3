import type { Extras } from "../../chat/format.ts";
import type { TextPart } from "../../chat/part.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { omit } from "../../json/omit.ts";
import { openaiResponsesExtras } from "./extras.ts";

const MESSAGE_FIELDS: ReadonlySet<string> = new Set(["type", "role", "content"]);
const TEXT_FIELDS: ReadonlySet<string> = new Set(["type", "text"]);
const REFUSAL_FIELDS: ReadonlySet<string> = new Set(["type", "refusal"]);

/**
 * The extras of a text part that was one content part of an assistant's message item: the content
 * part's own fields and, for the first one, those of the item (id, status, phase).
 */
export function decodeOutputTextExtras(
  content: JsonObject,
  item: JsonObject,
  contentIndex: number,
): { extras?: Extras } {
  const fields = omit(content, content.type === "refusal" ? REFUSAL_FIELDS : TEXT_FIELDS);
  for (const name of ["annotations", "logprobs"]) {
    const value = fields[name];
    if (value === null || (Array.isArray(value) && value.length === 0)) delete fields[name];
  }
  if (contentIndex > 0) fields.$content_index = contentIndex;
  else fields.$item = omit(item, MESSAGE_FIELDS);
  return openaiResponsesExtras.wrap(fields);
}

/** Whether the part is in the same message item as the text part before it. */
export function continuesItem(part: TextPart): boolean {
  const index = openaiResponsesExtras.note(part, "$content_index");
  return typeof index === "number" && index > 0;
}

/** A text part of the assistant → its content part. */
export function restoreOutputText(part: TextPart): JsonObject {
  if (part.refusal)
    return openaiResponsesExtras.overlay({ type: "refusal", refusal: part.text }, part);
  return openaiResponsesExtras.overlay(
    { type: "output_text", text: part.text, annotations: [] },
    part,
  );
}
