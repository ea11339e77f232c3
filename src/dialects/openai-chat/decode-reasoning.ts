import type { ReasoningPart } from "../../chat/part.ts";
import { openaiChatExtras } from "../../formats/openai-chat/extras.ts";
import { REASONING_FIELDS } from "../../formats/openai-chat/format.ts";
import { textOfDetails, toSignature } from "../../formats/openai-chat/reasoning-details.ts";
import { defined } from "../../json/defined.ts";
import type { JsonObject } from "../../json/json-object.ts";
import type { WireAssistant } from "./request.ts";

/** The reasoning of another server of this format, and what of its fields the part does not say. */
export function decodeReasoning(message: WireAssistant): {
  part: ReasoningPart | undefined;
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
    // An empty one says nothing to other vendors, and some servers insist on it; a second one repeats the first.
    if (value === null || value === "" || field !== undefined) original[name] = value;
    else {
      field = name;
      text = value;
    }
  }
  if (field === undefined && details.length === 0) return { part: undefined, original };
  const part: ReasoningPart = {
    type: "reasoning",
    text,
    ...defined({ signature: details.length > 0 ? toSignature(details) : undefined }),
    ...(field === undefined ? {} : openaiChatExtras.wrap({}, { $field: field })),
  };
  return { part, original };
}
