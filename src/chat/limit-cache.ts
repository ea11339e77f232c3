import type { Warning } from "./event.ts";
import { type Message, partsOf } from "./message.ts";
import type { Cache, Part } from "./part.ts";
import type { ChatRequest } from "./request.ts";
import type { Tool } from "./tool.ts";

type Prompt = Pick<ChatRequest, "messages" | "tools" | "cache">;

/** Something with a hint, and its path. */
interface Hint {
  readonly holder: object;
  readonly cache: Cache;
  readonly path: string;
}

/**
 * The prompt with at most so many cache hints, each of the others dropped with a warning; the same
 * one if it has no more. The last one of tools and instructions stays, because every conversation
 * begins with these, and of the conversation the last ones, because the next turn goes on from them.
 */
export function limitCache<T extends Prompt>(
  prompt: T,
  max: number,
  warn: (warning: Warning) => void,
): T {
  const { messages, tools } = prompt;
  const slots = max - (prompt.cache ? 1 : 0);
  if (countHints(prompt) <= slots) return prompt;
  const found = messages.findIndex(({ role }) => role !== "system");
  const start = found === -1 ? messages.length : found;
  const hints = messages.map((message, at) => hintsIn(partsOf(message), `messages[${at}]`));
  const fixed = [...hintsOfTools(tools ?? []), ...hints.slice(0, start).flat()];
  const moving = hints.slice(start).flat();
  const kept = moving.slice(-(slots - Math.min(1, fixed.length)));
  kept.push(...fixed.slice(-(slots - kept.length)));
  const surplus = new Set<object>();
  for (const { holder, cache, path } of [...fixed, ...moving]) {
    if (kept.some((hint) => hint.holder === holder)) continue;
    surplus.add(holder);
    const message = `This provider takes ${max} cache hints; this one was left out.`;
    if (!cache.best_effort) warn({ code: "adjusted_parameter", param: `${path}.cache`, message });
  }
  const without = <H extends Part | Tool>(holder: H): H => {
    if (!surplus.has(holder)) return holder;
    const bare = { ...holder };
    if ("cache" in bare) delete bare.cache;
    return bare;
  };
  return {
    ...prompt,
    messages: messages.map((message) => withParts(message, without)),
    ...(tools ? { tools: tools.map(without) } : {}),
  };
}

function countHints({ messages, tools }: Prompt): number {
  let count = 0;
  for (const tool of tools ?? []) if (tool.type !== "opaque" && tool.cache) count += 1;
  for (const { content } of messages) if (typeof content !== "string") count += countIn(content);
  return count;
}

function countIn(parts: readonly Part[]): number {
  let count = 0;
  for (const part of parts) {
    if (part.type === "opaque") continue;
    if (part.cache) count += 1;
    if (part.type === "tool_result" && typeof part.content !== "string")
      count += countIn(part.content);
  }
  return count;
}

function hintsOfTools(tools: readonly Tool[]): Hint[] {
  return tools.flatMap((tool, at) =>
    tool.type !== "opaque" && tool.cache
      ? [{ holder: tool, cache: tool.cache, path: `tools[${at}]` }]
      : [],
  );
}

function hintsIn(parts: readonly Part[], path: string): Hint[] {
  return parts.flatMap((part, at): Hint[] => {
    if (part.type === "opaque") return [];
    const place = `${path}.content[${at}]`;
    const inner =
      part.type === "tool_result" && typeof part.content !== "string"
        ? hintsIn(part.content, place)
        : [];
    return part.cache ? [...inner, { holder: part, cache: part.cache, path: place }] : inner;
  });
}

function withParts(message: Message, map: <P extends Part>(part: P) => P): Message {
  if (typeof message.content === "string") return message;
  const content = message.content.map((part) => {
    const own = map(part);
    return own.type === "tool_result" && typeof own.content !== "string"
      ? { ...own, content: own.content.map(map) }
      : own;
  });
  return { ...message, content };
}
