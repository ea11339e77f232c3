import { type CommonNotes, createExtras, type ExtrasHolder } from "../../chat/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { isEmptyObject } from "../../json/narrow.ts";

/** Notes on the original form, kept among the extras of this format. */
export interface Notes extends CommonNotes {
  /** The fields of the item around a text, a call or a result (id, status, phase, …). */
  $item?: JsonObject;
  /** The text stands at this place, not the first one, in the item of the text before it. */
  $content_index?: number;
  /** An assistant's message in the short form, without a type. */
  $short?: true;
  /** The content part's type, where it is not the usual one. */
  $type?: string;
  /** The role of a system message that stood among the items. */
  $role?: string;
  /** List and length of each text of a reasoning item. */
  $texts?: readonly (readonly [list: string, length: number])[];
  /** Further fields of what the chat model says as `reasoning.visible`. */
  $summary?: JsonObject;
  /** Further fields of what the chat model says as `response_format`. */
  $format?: JsonObject;
  /** How the caller declared a tool that is offered to other vendors in another form. */
  $tool?: JsonObject;
  /** True where the number is smaller than the vendor allows, and meant to be. */
  $max_output_tokens?: true;
}

export const openaiResponsesExtras = createExtras<Notes>("openai_responses");

/** The same for what is an item of its own. */
export function overlayItem(encoded: JsonObject, holder: ExtrasHolder): JsonObject {
  return openaiResponsesExtras.has(holder)
    ? {
        ...openaiResponsesExtras.overlay(encoded, holder),
        ...openaiResponsesExtras.noteFields(holder, "$item"),
      }
    : encoded;
}

/** What every item may have, and what means nothing to another format. */
const ITEM_FIELDS: ReadonlySet<string> = new Set(["id", "status"]);

/** The fields of an item that nothing else says; in its note those about the item itself, and those that say nothing. */
export function carryItem(fields: JsonObject): JsonObject {
  const rest: JsonObject = {};
  const item: JsonObject = {};
  for (const [name, value] of Object.entries(fields))
    (ITEM_FIELDS.has(name) || value === null ? item : rest)[name] = value;
  return isEmptyObject(item) ? rest : { ...rest, $item: item };
}
