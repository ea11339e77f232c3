import type { Message } from "./message.ts";

/** The tools' names by the ids of their calls, for vendors that want the name with a result, where callers need not give it. */
export function collectToolNames(messages: readonly Message[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { content } of messages) {
    if (typeof content === "string") continue;
    for (const part of content) if (part.type === "tool_call") names.set(part.id, part.name);
  }
  return names;
}
