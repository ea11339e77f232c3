import type { ExtrasHolder } from "../../chat/extras.ts";
import type { Extras } from "../../chat/format.ts";
import { openaiChatExtras } from "./extras.ts";

/**
 * An element of `content`, as Mistral gives reasoning; other servers have a field of the message
 * for it.
 */
const ELEMENT = "thinking";

/**
 * Where reasoning stood in an answer: in this field, or in an element. The server wants it back
 * there.
 */
export function originOf(part: ExtrasHolder): string | undefined {
  if (openaiChatExtras.note(part, "$element") === true) return ELEMENT;
  const field = openaiChatExtras.note(part, "$field");
  return typeof field === "string" ? field : undefined;
}

export function noteOrigin(origin: string): { extras?: Extras } {
  return openaiChatExtras.wrap({}, origin === ELEMENT ? { $element: true } : { $field: origin });
}
