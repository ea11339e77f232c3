import { type CommonNotes, createExtras, type ExtrasHolder } from "../../chat/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { FORMAT } from "./format.ts";

/** Notes on the original form, kept among the extras of this format. */
export interface Notes extends CommonNotes {
  /** The message field in which a part's text came (`reasoning`, `reasoning_content`, `reasoning_details`, `refusal`). */
  $field?: string;
  /** The part was an element of a content list. */
  $element?: true;
  /** The cache hint stood on the message, not on its last part. */
  $cache_on_message?: true;
  /** A system message's own role. */
  $role?: "developer";
  /** An assistant message without the field `content`. */
  $content?: "absent";
  /** A tool or a call without the field `type`, as Mistral's own client sends them. */
  $type?: "absent";
}

export const openaiChatExtras = createExtras<Notes>(FORMAT);

/** Fields of a message that its parts decide: what was checked, fitted or dropped there must not come in by another way. */
const PROTECTED_IN_MESSAGE = ["role", "content", "tool_calls", "tool_call_id"] as const;

/** The same for a message. Of its decided fields only the empty forms are kept (`""` where null would be written, and the reverse). */
export function overlayMessage(encoded: JsonObject, holder: ExtrasHolder): JsonObject {
  const laid = openaiChatExtras.overlay(encoded, holder);
  if (laid === encoded) return encoded;
  for (const name of PROTECTED_IN_MESSAGE) {
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
