import { type CommonNotes, createExtras, type ExtrasHolder } from "../../chat/extras.ts";
import type { JsonObject } from "../../json/json-object.ts";
import { FORMAT } from "./format.ts";

/** Notes on the original form, kept among the extras of this format. */
export interface Notes extends CommonNotes {
  /** The field that held the reasoning (`reasoning`, `reasoning_content`, `reasoning_details`). */
  $field?: string;
  /** The part was an element of a content list. */
  $element?: true;
  /** The cache hint stood on the message, not on its last part. */
  $cache_on_message?: true;
  /** A system message's own role. */
  $role?: "developer";
  /** An assistant message without `content`. */
  $content?: "absent";
  /** A tool or a call without `type`, as Mistral's own client sends them. */
  $type?: "absent";
}

export const openaiChatExtras = createExtras<Notes>(FORMAT);

/**
 * Message fields that come from the parts. What was checked, adapted or dropped there must not come
 * back through extras.
 */
const PROTECTED_IN_MESSAGE = ["role", "content", "tool_calls", "tool_call_id"] as const;

/**
 * Overlays a message. Its protected fields only change between empty forms (`""` instead of null,
 * and the reverse).
 */
export function overlayMessage(encoded: JsonObject, holder: ExtrasHolder): JsonObject {
  const overlaid = openaiChatExtras.overlay(encoded, holder);
  if (overlaid === encoded) return encoded;
  for (const name of PROTECTED_IN_MESSAGE) {
    const isEmptyForm = isNothing(overlaid[name]) && isNothing(encoded[name]);
    if (overlaid[name] === encoded[name] || isEmptyForm) continue;
    if (name in encoded) overlaid[name] = encoded[name];
    else delete overlaid[name];
  }
  return overlaid;
}

function isNothing(value: unknown): boolean {
  return value == null || value === "" || (Array.isArray(value) && value.length === 0);
}
