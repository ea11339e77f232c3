import type { Extras, JsonObject } from "../../chat/format.ts";
import type { TextPart } from "../../chat/part.ts";
import { extrasOf, overlay, toExtras } from "./extras.ts";
import { omit } from "./read-json.ts";

const SAID_BY_ROLE: ReadonlySet<string> = new Set(["type", "role", "content"]);
const SAID_BY_TEXT: ReadonlySet<string> = new Set(["type", "text"]);
const SAID_BY_REFUSAL: ReadonlySet<string> = new Set(["refusal"]);
/** Fields of a text part's extras that do not belong to the content part itself. */
const ABOUT_THE_ITEM: ReadonlySet<string> = new Set(["item", "content_index"]);

/**
 * One content part of an assistant's message item → what a text part says of it beside its text: the content part's own fields, and
 * under `item` those of the item (id, status, phase). The item's later parts have their `content_index` in place of `item`. A
 * refusal is a text whose `type` says so.
 */
export function carryOutputText(content: JsonObject, item: JsonObject, contentIndex: number): { extras?: Extras } {
  const fields = content.type === "refusal" ? omit(content, SAID_BY_REFUSAL) : omit(content, SAID_BY_TEXT);
  for (const name of ["annotations", "logprobs"]) {
    const value = fields[name];
    if (Array.isArray(value) && value.length === 0) delete fields[name];
  }
  if (contentIndex > 0) fields.content_index = contentIndex;
  else fields.item = omit(item, SAID_BY_ROLE);
  return toExtras(fields);
}

/** Whether the part belongs to the same message item as the text part before it. */
export function continuesItem(part: TextPart): boolean {
  const index = extrasOf(part)?.content_index;
  return typeof index === "number" && index > 0;
}

/** A text part of the assistant → its content part. */
export function restoreOutputText(part: TextPart): JsonObject {
  const extras = extrasOf(part);
  const fields = extras && omit(extras, ABOUT_THE_ITEM);
  if (fields?.type === "refusal") return { refusal: part.text, ...fields };
  return overlay({ type: "output_text", text: part.text, annotations: [] }, fields);
}
