import type { Format } from "./format.ts";
import type { Message } from "./message.ts";
import type { Part } from "./part.ts";

/** How a vendor of each format takes the ids of calls; absent if it takes any. */
const ID_RULES: Readonly<Partial<Record<Format, (id: string) => string>>> = {
  // "String should match pattern '^[a-zA-Z0-9_-]+$'"
  anthropic: (id) => id.replace(/[^\w-]/g, "_"),
  // "Expected a string with maximum length 64"
  openai_responses: (id) => (id.length <= MAX_LENGTH ? id : shorten(id)),
  google: (id) => id,
  openai_chat: (id) => id,
};

const MAX_LENGTH = 64;

function shorten(id: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++)
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193) >>> 0;
  return `${id.slice(0, MAX_LENGTH - 9)}_${hash.toString(16).padStart(8, "0")}`;
}

/**
 * The conversation with ids of calls that the vendor takes and that differ from each other. Some
 * models count their calls from 0 in every turn; Claude refuses a repeated id, and others would
 * take a result for that of an earlier call. A result gets the id of the call that it belongs to:
 * the latest one with its id, and among several of one turn the first that has no result yet. The
 * same list if nothing changes. A vendor of Chat Completions gets the ids of different turns as
 * they are: its own may have a meaning (Kimi), and results follow their calls there.
 */
export function distinctCallIds(messages: Message[], format: Format | null): Message[] {
  const rule = format === null ? undefined : ID_RULES[format];
  if (!rule) return messages;
  const used = new Set<string>();
  /** By the caller's id: the new ids of the latest turn that has it, in order. */
  let current = new Map<string, string[]>();
  const latest = new Map<string, string[]>();
  let changed = false;

  function nameCall(id: string): string {
    const base = rule?.(id) ?? id;
    let name = base;
    for (let count = 2; used.has(name); count += 1)
      name = `${base.slice(0, MAX_LENGTH - 5)}_${count}`;
    used.add(name);
    const known = current.get(id);
    if (known) known.push(name);
    else {
      const fresh = [name];
      current.set(id, fresh);
      latest.set(id, fresh);
    }
    return name;
  }

  function nameResult(id: string): string {
    const names = latest.get(id);
    const first = names && names.length > 1 ? names.shift() : names?.[0];
    return first ?? rule?.(id) ?? id;
  }

  function rename(part: Part): Part {
    if (part.type === "tool_call") {
      const id = nameCall(part.id);
      if (id === part.id) return part;
      changed = true;
      return { ...part, id };
    }
    if (part.type !== "tool_result") return part;
    const id = nameResult(part.tool_call_id);
    if (id === part.tool_call_id) return part;
    changed = true;
    return { ...part, tool_call_id: id };
  }

  const renamed = messages.map((message, at) => {
    if (message.role === "assistant" && messages[at - 1]?.role !== "assistant") {
      current = new Map();
      if (format === "openai_chat") used.clear();
    }
    if (typeof message.content === "string") return message;
    const content = message.content.map(rename);
    return content.some((part, index) => part !== message.content[index])
      ? { ...message, content }
      : message;
  });
  return changed ? renamed : messages;
}
