import type { Message } from "./message.ts";

/**
 * The names of the called tools by call id, for vendors that require the name with a result;
 * callers need not give it.
 */
export function collectToolNames(messages: readonly Message[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { content } of messages) {
    if (typeof content === "string") continue;
    for (const part of content) if (part.type === "tool_call") names.set(part.id, part.name);
  }
  return names;
}
