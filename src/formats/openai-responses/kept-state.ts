import type { Extras } from "../../chat/format.ts";
import { type Message, partsOf } from "../../chat/message.ts";

/** Fields that name what OpenAI keeps of a conversation. */
const STATE_FIELDS = ["previous_response_id", "conversation", "prompt"] as const;

/**
 * Whether the conversation goes on from something that OpenAI keeps: its calls may be there, and
 * only their results here.
 */
export function goesOnFromKept(messages: readonly Message[], extras: Extras | undefined): boolean {
  const fields = extras?.openai_responses;
  if (fields && STATE_FIELDS.some((name) => fields[name] != null)) return true;
  return messages.some((message) =>
    partsOf(message).some((part) => part.type === "opaque" && part.value.type === "item_reference"),
  );
}
