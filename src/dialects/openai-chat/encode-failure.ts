import type { ChatError } from "../../errors/chat-error.ts";
import { encodeErrorBody } from "../openai-error.ts";

/** A stream's last event where it failed: OpenAI's clients throw what has an `error`. */
export function encodeFailure(error: ChatError): string {
  return `data: ${JSON.stringify({ error: encodeErrorBody(error) })}\n\n`;
}
