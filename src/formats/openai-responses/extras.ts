import type { Extras } from "../../chat/format.ts";
import { overlayExtras } from "../../chat/overlay-extras.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { isEmptyObject } from "../../json/narrow.ts";

/**
 * Notes of this format beside the fields that it carries (see `extrasSchema`):
 * - `$item`: the fields of the item around a text, a call or a result (id, status, phase, …);
 * - `$content_index`: the text stands at this place, not the first one, in the item of the text before it;
 * - `$type`: the content part's type, where it is not the usual one;
 * - `$role`: the role of a system message that stood among the items;
 * - `$texts`: list and length of each text of a reasoning item;
 * - `$said`: fields that mean nothing to another vendor, or nothing at all;
 * - `$unset`: fields that an encoder gives a value of its own and that were left out;
 * - `$summary`, `$format`: further fields of what the chat model says as `reasoning.visible` and `response_format`;
 * - `$max_output_tokens`: true where the number is smaller than the vendor allows, and meant to be.
 */
export type Note =
  | "$item"
  | "$content_index"
  | "$type"
  | "$role"
  | "$texts"
  | "$said"
  | "$unset"
  | "$summary"
  | "$format"
  | "$max_output_tokens";

interface Holder {
  extras?: Extras | undefined;
}

export function noteOf(holder: Holder, note: Note): unknown {
  return holder.extras?.openai_responses?.[note];
}

/** A note that holds fields. */
export function fieldsNoted(holder: Holder, note: Note): JsonObject {
  const fields = noteOf(holder, note);
  return isJsonObject(fields) ? overlayExtras<JsonObject>({}, fields) : {};
}

export function hasExtras(holder: Holder): boolean {
  return holder.extras?.openai_responses !== undefined;
}

/** `{ extras }` for these fields and notes; nothing where there are none. */
export function toExtras(fields: JsonObject): { extras?: Extras } {
  return isEmptyObject(fields) ? {} : { extras: { openai_responses: fields } };
}

/** The carried fields laid over the encoded ones, without those that were left out. What is `decided` elsewhere stays as encoded. */
export function overlay(
  encoded: JsonObject,
  holder: Holder,
  decided?: ReadonlySet<string>,
): JsonObject {
  const extras = holder.extras?.openai_responses;
  const laid = overlayExtras(
    overlayExtras(encoded, fieldsNoted(holder, "$said"), decided),
    extras,
    decided,
  );
  if (!extras || !Array.isArray(extras.$unset)) return laid;
  const result = { ...laid };
  for (const name of extras.$unset)
    if (name in encoded && !(name in extras) && !decided?.has(name)) delete result[name];
  return result;
}

/** The same for what is an item of its own. */
export function overlayItem(encoded: JsonObject, holder: Holder): JsonObject {
  return hasExtras(holder)
    ? { ...overlay(encoded, holder), ...fieldsNoted(holder, "$item") }
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
