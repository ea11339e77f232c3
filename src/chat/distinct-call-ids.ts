import type { Format } from "./format.ts";
import type { Message } from "./message.ts";
import type { Part } from "./part.ts";
import { shorten } from "./shorten.ts";

/** How a vendor of each format takes the ids of calls; absent if it takes any. */
const ID_RULES: Readonly<Partial<Record<Format, (id: string) => string>>> = {
  // "String should match pattern '^[a-zA-Z0-9_-]+$'"
  anthropic: (id) => id.replace(/[^\w-]/g, "_"),
  // "Expected a string with maximum length 64"
  openai_responses: (id) => shorten(id, MAX_LENGTH),
  // OpenAI's own takes 40; those of vLLM are longer, and go back to it as they were.
  openai_chat: (id) => (id.length <= MAX_LENGTH ? id : shorten(id, 40)),
  google: (id) => id,
};

const MAX_LENGTH = 64;

/** Kimi's ids: the tool's name and a count (`functions.read:1`), which have a meaning to it. */
const COUNTED = /^(functions\..*:)(\d+)$/;

/** The id for the `count`th call that has it. */
function repeated(id: string, count: number): string {
  const [, name, number] = COUNTED.exec(id) ?? [];
  return name === undefined
    ? `${id.slice(0, MAX_LENGTH - 5)}_${count}`
    : `${name}${Number(number) + count - 1}`;
}

/**
 * The conversation with ids of calls that the vendor takes and that differ from each other. Some
 * models count their calls from 0 in every turn; Claude refuses a repeated id, and others would
 * take a result for that of an earlier call. A result gets the id of the call that it belongs to:
 * the latest one with its id, and among several of one turn the first that has no result yet. The
 * same list if nothing changes. An empty id stays: some servers match results by their order.
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
    if (id === "") return id;
    const base = rule?.(id) ?? id;
    let name = base;
    for (let count = 2; used.has(name); count += 1) name = repeated(base, count);
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

  const renamed = messages.map((message) => {
    if (message.role === "assistant") current = new Map();
    if (typeof message.content === "string") return message;
    const content = message.content.map(rename);
    return content.some((part, index) => part !== message.content[index])
      ? { ...message, content }
      : message;
  });
  return changed ? renamed : messages;
}
