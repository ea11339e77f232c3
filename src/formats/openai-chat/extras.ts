import type { Extras } from "../../chat/format.ts";
import { overlayExtras } from "../../chat/overlay-extras.ts";
import { isJsonObject, type JsonObject } from "../../json/json-object.ts";
import { FORMAT } from "./format.ts";

interface Holder {
  extras?: Extras | undefined;
}

/**
 * Notes on the form in which something was said, kept among the extras of this format. They are no fields of it and are never sent
 * as such; what they say is lost without a loss.
 */
export interface Notes {
  /** The message field in which a part's text came (`reasoning`, `reasoning_content`, `reasoning_details`, `refusal`). */
  $field?: string;
  /** The part was an element of a content list. */
  $element?: true;
  /** A system message's own role. */
  $role?: "developer";
  /** An assistant message without the field `content`. */
  $content?: "absent";
  /** A tool or a call without the field `type`, as Mistral's own client sends them. */
  $type?: "absent";
  /** Fields that say what the chat model says too, or nothing at all (`null`, `[]`), in the caller's own form. */
  $said?: JsonObject;
}

/** Fields and notes → `{ extras }`; nothing where there are none. */
export function toExtras(fields: JsonObject, notes: Notes = {}): { extras?: Extras } {
  const all = { ...fields, ...notes };
  return Object.keys(all).length === 0 ? {} : { extras: { [FORMAT]: all } };
}

/** The notes with the caller's own forms among them, where there are any. */
export function withSaid(said: JsonObject, notes: Notes = {}): Notes {
  return Object.keys(said).length > 0 ? { ...notes, $said: said } : notes;
}

export function noteOf(holder: Holder, name: keyof Notes): unknown {
  return holder.extras?.[FORMAT]?.[name];
}

/** The caller's own forms of what the chat model says too. */
export function saidIn(holder: Holder): JsonObject {
  const said = noteOf(holder, "$said");
  return isJsonObject(said) ? said : {};
}

/** The fields of this format that the chat model has not, notes left out. */
export function fieldsIn(holder: Holder): JsonObject {
  return overlayExtras<JsonObject>({}, holder.extras?.[FORMAT]);
}

/** What was encoded, with the caller's own forms and fields laid over it. */
export function overlay(encoded: JsonObject, holder: Holder): JsonObject {
  return overlayExtras(overlayExtras(encoded, saidIn(holder)), holder.extras?.[FORMAT]);
}

/** Fields of a message that its parts decide: what was checked, fitted or dropped there must not come in by another way. */
const DECIDED_BY_PARTS = ["role", "content", "tool_calls", "tool_call_id"] as const;

/** The same for a message. Of its decided fields only the empty forms are kept (`""` where null would be written, and the reverse). */
export function overlayMessage(encoded: JsonObject, holder: Holder): JsonObject {
  const laid = overlay(encoded, holder);
  if (laid === encoded) return encoded;
  for (const name of DECIDED_BY_PARTS) {
    const isEmptyForm = isNothing(laid[name]) && isNothing(encoded[name]);
    if (laid[name] === encoded[name] || isEmptyForm) continue;
    if (name in encoded) laid[name] = encoded[name];
    else delete laid[name];
  }
  return laid;
}

function isNothing(value: unknown): boolean {
  return value == null || value === "" || (Array.isArray(value) && value.length === 0);
}
