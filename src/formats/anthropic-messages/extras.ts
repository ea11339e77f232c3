import { type CommonNotes, createExtras } from "../../chat/extras.ts";

interface Notes extends CommonNotes {
  /** The role of a message that must stay where it is and what it is. */
  $role?: "user" | "system" | "assistant";
}

export const anthropicExtras = createExtras<Notes>("anthropic");
