import type { ReasoningPart } from "../../chat/part.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { REASONING_FIELDS } from "../../formats/openai-chat/format.ts";
import { textOfDetails, toSignature } from "../../formats/openai-chat/reasoning-details.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import type { WireAssistant } from "./request.ts";

/**
 * The reasoning from another server of this format, and those of its fields that the part lacks.
 */
export function decodeReasoning(message: WireAssistant): {
  part: ReasoningPart | undefined;
  /** The field of the message that it stood in. */
  field: string;
  original: JsonObject;
} {
  const original: JsonObject = {};
  const details = message.reasoning_details ?? [];
  if (message.reasoning_details !== undefined && details.length === 0)
    original.reasoning_details = message.reasoning_details;
  let field: string | undefined;
  let text = textOfDetails(details);
  for (const name of REASONING_FIELDS) {
    const value = message[name];
    if (value === undefined) continue;
    // An empty field means nothing to other vendors, but some servers insist on it. A second field
    // repeats the first.
    if (value === null || value === "" || field !== undefined) original[name] = value;
    else {
      field = name;
      text = value;
    }
  }
  if (field === undefined && details.length === 0) return { part: undefined, field: "", original };
  const part: ReasoningPart = {
    type: "reasoning",
    text,
    ...defined({ signature: details.length > 0 ? toSignature(details) : undefined }),
    ...(field === undefined ? {} : openaiChatExtras.wrap({}, { $field: field })),
  };
  return { part, field: field ?? "reasoning_details", original };
}
