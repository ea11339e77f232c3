import { type CommonNotes, createExtras, type ExtrasHolder } from "../../chat/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { isEmptyObject } from "../../json/narrow.ts";

/** The API refuses a smaller `max_output_tokens` (error code integer_below_min_value). */
export const MIN_OUTPUT_TOKENS = 16;

/** Notes on the original form, kept among the extras of this format. */
export interface Notes extends CommonNotes {
  /** The fields of the item around a text, a call or a result (id, status, phase, …). */
  $item?: JsonObject;
  /** The text's position in its item, if not the first one. */
  $content_index?: number;
  /** An assistant's message in the short form, without a type. */
  $short?: true;
  /** The content part's type, if it is not the usual one. */
  $type?: string;
  /** The role of a system message that was an item. */
  $role?: string;
  /** The list and the length of each text of a reasoning item. */
  $texts?: readonly (readonly [list: string, length: number])[];
  /** Other fields of `reasoning.visible`. */
  $summary?: JsonObject;
  /** Other fields of `response_format`. */
  $format?: JsonObject;
  /** How the caller declared a tool that is offered to other vendors in another form. */
  $tool?: JsonObject;
  /** The caller meant a number below `MIN_OUTPUT_TOKENS`. */
  $max_output_tokens?: true;
}

export const openaiResponsesExtras = createExtras<Notes>("openai_responses");

/** Overlays an item of its own. */
export function overlayItem(encoded: JsonObject, holder: ExtrasHolder): JsonObject {
  return openaiResponsesExtras.has(holder)
    ? {
        ...openaiResponsesExtras.overlay(encoded, holder),
        ...openaiResponsesExtras.noteFields(holder, "$item"),
      }
    : encoded;
}

/** Fields of any item that mean nothing in another format. */
const ITEM_FIELDS: ReadonlySet<string> = new Set(["id", "status"]);

/** Moves fields about the item itself, and null ones, into the note `$item`. */
export function noteItemFields(fields: JsonObject): JsonObject {
  const rest: JsonObject = {};
  const item: JsonObject = {};
  for (const [name, value] of Object.entries(fields))
    (ITEM_FIELDS.has(name) || value === null ? item : rest)[name] = value;
  return isEmptyObject(item) ? rest : { ...rest, $item: item };
}
